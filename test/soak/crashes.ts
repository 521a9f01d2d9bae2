// node test/soak/crashes.ts [SET…]: a family of workflows on a node that dies at each of its writes, one after the other, just before it and
// just behind it, on the engine in memory and on LMDB; then on nodes of which every one dies after so many writes. SET as for `--set`.

import { isDeepStrictEqual } from 'node:util'
import { type Kind, type Ran, runWithCrashes, type Told } from '../workflow/crashes.ts'
import type { Crash, Moment } from '../workflow/crashing-engine.ts'

const set = process.argv.slice(2)
const KINDS: readonly Kind[] = ['memory', 'lmdb']
const MOMENTS: readonly Moment[] = ['before', 'after']
const MORE = 10 // writes beyond those of a life without a crash: one that dies writes some more
const FEWEST = 6 // writes of a life that gets on

const meaning = ({ workflows, effects, wrong }: Told): Told => ({ workflows, effects, wrong })
const sum = { runs: 0, lives: 0, repeated: 0 }

const run = async (kind: Kind, what: string, expected: Told | null, crashOf: (life: number) => Crash | null): Promise<Ran> => {
  const ran = await runWithCrashes(kind, crashOf, set)
  sum.runs++
  sum.lives += ran.lives
  sum.repeated += ran.repeated
  const isRight = ran.wrong.length === 0 && (expected === null || isDeepStrictEqual(meaning(ran), meaning(expected)))
  if (!isRight) {
    const lines = (of: Told): string[] => JSON.stringify(meaning(of), null, 1).split('\n')
    const [is, was] = [lines(ran), lines(expected ?? ran)]
    console.error(`${kind}, ${what}:`, ran.wrong, {
      is: is.filter((line) => !was.includes(line)),
      was: was.filter((line) => !is.includes(line)),
    })
    process.exit(1)
  }
  return ran
}

for (const kind of KINDS) {
  const whole = await run(kind, 'without a crash', null, () => null)
  for (const moment of MOMENTS) {
    for (let write = 1; write <= whole.writes + MORE; write++)
      await run(kind, `${moment} write ${write}`, whole, (life) => (life === 0 ? { write, moment } : null))
    for (let write = FEWEST; write <= whole.writes; write++)
      await run(kind, `${moment} every write ${write}`, whole, () => ({ write, moment }))
  }
}
console.log(`${sum.runs} runs in ${sum.lives} lives, ${sum.repeated} effects repeated by the same key; all ended alike`)
