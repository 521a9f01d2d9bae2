// A process as a service sees it, made by hand: what it is pushed is kept, and it ends when told to.

import { decodeAll, encodeAll } from '../../src/msgpack.ts'
import type { Call, Caller, Service } from '../../src/service/service.ts'

export type FakeCaller = Caller & {
  readonly pushed: { readonly tag: number; readonly values: readonly unknown[] }[]
  /** What `push` answers. */
  accepts: boolean
  end(): void
}

export const fakeCaller = (given: Partial<Caller> = {}): FakeCaller => {
  const frees = new Set<() => void>()
  const pushed: { tag: number; values: readonly unknown[] }[] = []
  const caller: FakeCaller = {
    pid: '{app:processes|0x00001}' as Caller['pid'],
    entry: 'app:worker',
    host: 'app:processes',
    context: { values: {} },
    terminal: null,
    onEnd: (free) => {
      frees.add(free)
      return () => frees.delete(free)
    },
    pushed,
    accepts: true,
    hasRoomFor() {
      return this.accepts
    },
    push(tag, values) {
      if (this.accepts) pushed.push({ tag, values: values instanceof Uint8Array ? decodeAll(values) : values })
      return this.accepts
    },
    end: () => {
      for (const free of frees) free()
      frees.clear()
    },
    ...given,
  }
  return caller
}

/** One ask, with its arguments through bytes as they would come. */
export const callOf = (caller: Caller, op: string, target: string, args: readonly unknown[], tag = 1): Call => {
  const raw = encodeAll(args)
  return { caller, op, target, tag, raw, key: null, attempt: null, args: decodeAll(raw) }
}

/** Asks a service; operations that answer at once answer at once. */
export const ask = (service: Service, caller: Caller, op: string, target = '', args: readonly unknown[] = [], tag = 1) =>
  service.operations[op]!(callOf(caller, op, target, args, tag))

/** The values of an answer, after their way through bytes. */
export const values = async (answer: ReturnType<typeof ask>): Promise<unknown[]> => {
  const answered = await answer
  if (!('ok' in answered)) return decodeAll(encodeAll(answered))
  if (!answered.ok) throw answered.error
  return decodeAll(answered.values)
}
