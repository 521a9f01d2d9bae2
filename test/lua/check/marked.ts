// Code in which every line that is wrong says so: `--! E0001`, with a part of the message behind it if that counts.

import * as assert from 'uvu/assert'
import { type Checked, check } from '../../../src/lua/check/check.ts'
import { type Library, surroundingsOf } from '../../../src/lua/check/surroundings.ts'

export type Given = { readonly modules?: readonly string[]; readonly libraries?: Readonly<Record<string, Library | null>> }

export const checked = (source: string, { modules = [], libraries = {} }: Given = {}): Checked =>
  check(source, {
    file: 'test.lua',
    ...surroundingsOf({ modules: new Map(modules.map((name) => [name, name])), libraries: new Map(Object.entries(libraries)) }),
  })

/** Compares what is found with what the lines say, both ways. */
export const told = (source: string, given?: Given): void => {
  const { diagnostics } = checked(source, given)
  const wanted = source.split('\n').flatMap((line, index) => {
    const [, code, text = ''] = /--! (E\d{4}) ?(.*)$/.exec(line) ?? []
    return code ? [{ line: index + 1, code, text }] : []
  })
  const found = diagnostics.map(({ line, code, message }) => ({ line, code, message }))
  assert.equal(
    found.map(({ line, code }) => `${line} ${code}`),
    wanted.map(({ line, code }) => `${line} ${code}`),
    JSON.stringify(found, null, 1),
  )
  for (const [index, { text }] of wanted.entries()) assert.ok(found[index]!.message.includes(text), `${found[index]!.message} ≠ ${text}`)
}
