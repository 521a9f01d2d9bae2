// The benchmarks of the command: what each is called, and what it finds out.

import { isolation, isolationPace } from './isolation.ts'
import { type Pace, paces } from './measure.ts'
import { message } from './message.ts'
import { registry } from './registry.ts'
import type { Report } from './report.ts'
import { spawn } from './spawn.ts'
import { embedded } from './workflow.ts'

export type Bench = {
  readonly title: string
  readonly about: string
  /** Its own pace when it need not be quick. */
  readonly pace?: Pace
  run(pace: Pace, say: (text: string) => void): Promise<Report>
}

export const benches = {
  isolation: {
    title: 'What a memory of one’s own costs',
    about: 'beside no isolation, and every other kind there is in Node',
    pace: isolationPace,
    run: isolation,
  },
  message: {
    title: 'What a message costs',
    about: 'two processes of one thread that talk, and what others pay for the same',
    run: message,
  },
  spawn: {
    title: 'What a process costs to start',
    about: 'from asking for it to its first instruction, and ten thousand at once',
    run: spawn,
  },
  workflow: { title: 'What a durable step costs', about: 'beside bare flushed commits of LMDB', run: embedded },
  registry: {
    title: 'What a change of the registry costs',
    about: 'on the disk, with a thousand entries and with a hundred thousand',
    run: registry,
  },
} satisfies Readonly<Record<string, Bench>>

export type BenchName = keyof typeof benches

/** Runs one. `quick`: to see that it runs, not to compare. */
export const runBench = (name: BenchName, quick: boolean, say: (text: string) => void): Promise<Report> => {
  const bench: Bench = benches[name]
  return bench.run(quick ? paces.quick : (bench.pace ?? paces.full), say)
}
