// Every find of the past, and a short run of each target from a seed of its own.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { failureOf, fuzz, shrink, type Target } from './fuzz.ts'

const MS = 3000 // of each target
const MOST = 3000 // inputs of each target

const here = import.meta.dirname
const test = suite('fuzz')
const targets: Target[] = []

for (const name of readdirSync(join(here, 'targets')).map((file) => file.replace('.ts', ''))) {
  const { target } = (await import(join(here, 'targets', `${name}.ts`))) as { readonly target: Target }
  targets.push(target)
  const corpus = join(here, 'corpus', name)
  for (const file of existsSync(corpus) ? readdirSync(corpus) : []) {
    test(`${name} ${file}`, async () => assert.is(await failureOf(target, readFileSync(join(corpus, file))), null))
  }
  test(`${name} for a moment`, async () => {
    const finds: string[] = []
    const count = await fuzz(target, {
      seed: 1,
      ms: MS,
      most: MOST,
      found: ({ seed, input, why }) => void finds.push(`seed ${seed}: ${Buffer.from(input).toString('hex')}: ${why}`),
    })
    assert.ok(count > 0)
    assert.equal(finds, [])
  })
}

test('a find is told with its seed, the smallest input and the reason', async () => {
  const target: Target = {
    seeds: [],
    make: (random) => Uint8Array.from({ length: 100 }, () => random.below(256)),
    run: (input) => {
      if (input.includes(7)) throw new Error('seven')
    },
  }
  const finds: { seed: number; input: Uint8Array; why: string }[] = []
  await fuzz(target, { seed: 1, ms: 10_000, most: 50, found: (find) => void finds.push(find) })
  assert.ok(finds.length > 0)
  for (const { input, why } of finds) {
    assert.equal([...input], [7])
    assert.match(why, 'seven')
  }
  assert.equal([...(await shrink(target, Uint8Array.of(1, 2, 7, 3)))], [7])
})

test.after(async () => {
  for (const target of targets) await target.close?.()
})
test.run()
