// The other side of peer.ts, for peers in TypeScript: tasks by name, one after the other.

import { createInterface } from 'node:readline'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

export type Task = (count: number, ...args: readonly string[]) => unknown

/** Answers lines until the input ends, and ends the program then. */
export const serve = (tasks: Readonly<Record<string, Task>>): void => {
  const answering = answer(tasks)
  answering.then(
    () => process.exit(0),
    (error) => {
      console.error(error)
      process.exit(1)
    },
  )
}

// Not awaited at the top of a peer: the bundler keeps files apart only where nobody waits while they are loaded.
const answer = async (tasks: Readonly<Record<string, Task>>): Promise<void> => {
  for await (const line of createInterface({ input: process.stdin })) {
    const [name = '', count = '', ...args] = line.split(' ')
    try {
      const task = tasks[name]
      if (task === undefined) throw new Error(`no task ${name}`)
      process.stdout.write(`${JSON.stringify(await task(Number(count), ...args))}\n`)
    } catch (cause) {
      process.stdout.write(`!${String(cause instanceof Error ? cause.message : cause).split('\n')[0]}\n`)
    }
  }
}

/** Nanoseconds of the wall clock that `act` takes. */
export const timed = async (act: () => unknown): Promise<number> => {
  const start = performance.now()
  await act()
  return (performance.now() - start) * 1e6
}

/** Nanoseconds of processor time of this thread, which a busy machine changes least, and what came out. */
export const busy = (act: () => unknown): { readonly ns: number; readonly result: unknown } => {
  const start = process.threadCpuUsage()
  const result = act()
  const { user, system } = process.threadCpuUsage(start)
  return { ns: (user + system) * 1e3, result }
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

export type Footprint = { readonly heap: number; readonly external: number; readonly resident: number }

/** What this program holds after a collection: JavaScript heap, memory outside of it that JavaScript owns, and all that is resident. */
export const footprint = (): Footprint => {
  collect()
  collect()
  const { heapUsed, external, rss } = process.memoryUsage()
  return { heap: heapUsed, external, resident: rss }
}

const kept: unknown[] = [] // what is being measured stays alive until it is

/** What `make` adds, for each of `count`. */
export const footprintOf = async (count: number, make: () => unknown): Promise<Footprint> => {
  const before = footprint()
  kept.push(await make())
  const after = footprint()
  kept.pop()
  const each = (key: keyof Footprint): number => (after[key] - before[key]) / count
  return { heap: each('heap'), external: each('external'), resident: each('resident') }
}
