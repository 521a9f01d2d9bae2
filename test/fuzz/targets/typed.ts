// Typed Lua and the plain Lua that it means: erased, it has the same words on the same lines.

import { compile } from '../../../src/lua/compile.ts'
import { lex } from '../../../src/lua/lexer.ts'
import { Source } from '../../../src/lua/source.ts'
import { randomTyped } from '../../lua/random-typed.ts'
import type { Target } from '../fuzz.ts'

const FILE = 'fuzz.lua'

/** Words with their lines. Between statements a ';' more or less means nothing. */
const words = (text: string): string[] =>
  lex(new Source(text, FILE), 0)
    .list.filter(({ kind }) => kind !== ';')
    .map(({ line, text: word }) => `${line} ${word}`)

export const target: Target = {
  seeds: [],
  make: (random) => Uint8Array.from({ length: 4 }, () => random.below(256)),
  run: (input) => {
    const seed = Buffer.concat([input, new Uint8Array(4)]).readUInt32LE(0)
    const { typed, plain } = randomTyped(seed)
    const [is, meant] = [words(compile(typed, { file: FILE }).code), words(compile(plain, { file: FILE }).code)]
    const at = meant.findIndex((word, i) => word !== is[i])
    if (at >= 0 || is.length > meant.length) throw new Error(`word ${at} is ${is[at]} and not ${meant[at]} in seed ${seed}:\n${typed}`)
  },
}
