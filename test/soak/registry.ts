// node test/soak/registry.ts [ROUNDS]: kills a program that changes a registry, 200 times unless told otherwise.

import { kill } from '../registry/killing.ts'

const rounds = Number(process.argv[2] ?? 200)
const started = performance.now()
const { versions, onTheirWay } = await kill(rounds, (round) => {
  if (round % 20 === 0) process.stderr.write(`${round} of ${rounds}\n`)
})
const seconds = Math.round((performance.now() - started) / 1000)
console.log(
  `killed ${rounds} times in ${seconds} s: ${versions} versions, nothing acknowledged was lost, each start found one whole version;`,
)
console.log(`${onTheirWay} times the change that was on its way was there as well`)
