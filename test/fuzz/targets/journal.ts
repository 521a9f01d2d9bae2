// Records of a journal: one that was changed is refused as damaged, or says exactly what was written.

import { WippyError } from '../../../src/error.ts'
import { type Content, ORIGIN, parse, parseChain, RecordKind, seal } from '../../../src/workflow/record.ts'
import type { Random } from '../../support/random.ts'
import type { Target } from '../fuzz.ts'
import { bytesFrom } from '../values.ts'

const contentFrom = (random: Random): Content => ({
  kind: RecordKind.step,
  code: Uint8Array.from({ length: 16 }, () => random.below(256)),
  nowMs: random.next() * 1e12,
  fuel: random.below(2 ** 32),
  spent: random.below(2 ** 40),
  verdict: 'wait',
  input: bytesFrom(random, 100),
  output: bytesFrom(random, 100),
  mailed: Array.from({ length: random.below(4) }, () => random.below(2 ** 32)),
})

export const target: Target = {
  mayRefuse: true,
  seeds: [],
  make: (random) => seal(ORIGIN, 1, contentFrom(random)).bytes,
  run: (input) => {
    const { hash, previous, ...content } = parse(input, 'the record')
    const { bytes } = seal({ epoch: content.epoch, seq: content.seq - 1, hash: previous }, content.epoch, content)
    if (Buffer.compare(bytes, input) !== 0) throw new Error('it says something else than it holds')
    try {
      parseChain('w', ORIGIN, [input, input])
    } catch (error) {
      if (error instanceof WippyError) return
      throw error
    }
    throw new Error('a chain of one record twice was taken')
  },
}
