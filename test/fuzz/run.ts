// node test/fuzz/run.ts [TARGET…] [--seed N] [--minutes M]: throws inputs at targets, each its share of the time. A find is printed with its seed, made
// small, and kept in corpus/TARGET, where fuzz.test.ts tries it from then on.

import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Find, fuzz, type Target } from './fuzz.ts'

const here = import.meta.dirname
const known = readdirSync(join(here, 'targets')).map((name) => name.replace('.ts', ''))
const options = { seed: { type: 'string', default: String(Date.now() % 1e9) }, minutes: { type: 'string', default: '1' } } as const
const { values, positionals } = parseArgs({ options, allowPositionals: true })
const names = positionals.length > 0 ? positionals : known
const unknown = names.find((name) => !known.includes(name))
if (unknown !== undefined) {
  console.error(`there is no target "${unknown}": ${known.join(', ')}`)
  process.exit(2)
}

const MOST_FINDS = 5 // of one target: they are often the same
for (const name of names) {
  const { target } = (await import(join(here, 'targets', `${name}.ts`))) as { readonly target: Target }
  const finds: Find[] = []
  const found = (find: Find): void => {
    finds.push(find)
    if (finds.length > MOST_FINDS) return
    const folder = join(here, 'corpus', name)
    mkdirSync(folder, { recursive: true })
    const file = join(folder, createHash('sha256').update(find.input).digest('hex').slice(0, 12))
    writeFileSync(file, find.input)
    console.log(
      `${name}, seed ${find.seed}: ${find.why}\n  ${find.input.length} bytes, kept in ${file}: ${Buffer.from(find.input).toString('hex').slice(0, 400)}`,
    )
  }
  const ms = (Number(values.minutes) * 60_000) / names.length
  const started = performance.now()
  const count = await fuzz(target, { seed: Number(values.seed), ms, found })
  const seconds = Math.round((performance.now() - started) / 1000)
  console.log(`${name}: ${count.toLocaleString('en')} inputs from seed ${values.seed} in ${seconds} s, ${finds.length} finds`)
  await target.close?.()
  if (finds.length > 0) process.exitCode = 1
}
