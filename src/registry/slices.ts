// Work whose size a process chooses: a generator that may pause at each `yield`, so that others have their turns meanwhile.

import { setImmediate as nextTurn } from 'node:timers/promises'

/** Work to be done in pieces, none of which takes long; it returns what comes of it. */
export type Steps<T> = Generator<void, T>

const SLICE_MS = 2

const slice = <T>(work: Steps<T>): IteratorResult<void, T> => {
  const until = performance.now() + SLICE_MS
  for (;;) {
    const step = work.next()
    if (step.done || performance.now() > until) return step
  }
}

const goOn = async <T>(work: Steps<T>): Promise<T> => {
  for (;;) {
    await nextTurn()
    const step = slice(work)
    if (step.done) return step.value
  }
}

/** Does work to its end: at once when that is soon, else a little in each turn of the event loop. */
export const inSlices = <T>(work: Steps<T>): T | Promise<T> => {
  const step = slice(work)
  return step.done ? step.value : goOn(work)
}

/** Does work to its end, however long that takes. */
export const atOnce = <T>(work: Steps<T>): T => {
  for (;;) {
    const step = work.next()
    if (step.done) return step.value
  }
}

/** What `make` makes of each item. */
export function* each<A, B>(items: Iterable<A>, make: (item: A) => B): Steps<B[]> {
  const made: B[] = []
  for (const item of items) {
    made.push(make(item))
    yield
  }
  return made
}

/** Lets others have their turn whenever it is asked after a while of work. */
export const pauses = (): (() => Promise<void> | void) => {
  let until = performance.now() + SLICE_MS
  return () => {
    if (performance.now() > until)
      return nextTurn().then(() => {
        until = performance.now() + SLICE_MS
      })
  }
}
