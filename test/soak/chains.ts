// node test/soak/chains.ts [SIZE]: a line of child workflows 1,000 deep and one with 1,000 children, with and without room for all in memory.

import { chain } from '../workflow/chains.ts'

const size = Number(process.argv[2] ?? 1000)
const expected = { deep: size, wide: (size * (size + 1)) / 2 }
for (const kept of [1000, 20]) {
  for (const shape of ['deep', 'wide'] as const) {
    const { value, ms, peakBytes, workflows } = await chain(shape, size, kept)
    console.log(
      `${size} ${shape}, ${kept} kept: ${(ms / 1000).toFixed(1)} s, ${(peakBytes / 1024 ** 2).toFixed(0)} MiB at most, ${workflows} workflows`,
    )
    if (value !== expected[shape] || workflows !== size + 1) {
      console.error(`it returned ${value}, not ${expected[shape]}`)
      process.exitCode = 1
    }
  }
}
