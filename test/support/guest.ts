// Runs Lua programs against the guest halves in runtime-lua (through wasmoon) and the services behind them.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { LuaFactory } from 'wasmoon'
import { WippyError } from '../../src/error.ts'
import { decodeAll, encodeAll } from '../../src/msgpack.ts'
import type { Service } from '../../src/service/service.ts'
import { callOf, type FakeCaller, fakeCaller } from './caller.ts'

const root = join(import.meta.dirname, '../..')

type Progress = { readonly done: boolean; readonly ok?: boolean; readonly result?: unknown }
type Answer = { readonly tag: number; readonly ok: boolean; readonly values: readonly unknown[] }

export type Guest = {
  readonly caller: FakeCaller
  /** Everything the program said to the host: "op target". */
  readonly asked: string[]
  /** Runs a program to its end and returns its first result; fails with its error. */
  run(source: string): Promise<unknown>
}

// wasmoon makes tables of plain objects and strings of strings; everything else is turned into those first.
const toLua = (value: unknown): unknown => {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1')
  if (typeof value === 'bigint') return Number(value)
  if (Array.isArray(value)) return value.map(toLua)
  if (value instanceof WippyError)
    return { kind: value.kind, message: value.text, retryable: value.retryable, details: toLua(value.details) }
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toLua(item)]))
  return value ?? undefined
}

export const guest = async (services: readonly Service[], caller: FakeCaller = fakeCaller()): Promise<Guest> => {
  const engine = await new LuaFactory().createEngine({ enableProxy: false, injectObjects: false })
  const asked: string[] = []
  const answers: Answer[] = []
  const pending = new Set<Promise<void>>()
  caller.push = (tag, values) =>
    caller.accepts && answers.push({ tag, ok: true, values: decodeAll(values instanceof Uint8Array ? values : encodeAll(values)) }) > 0

  const operate = async (op: string, target: string, tag: number, args: readonly unknown[]): Promise<void> => {
    const operation = services.map((service) => service.operations[op]).find(Boolean)
    try {
      if (!operation) throw new Error(`nobody answers ${op}`)
      const result = operation(callOf(caller, op, target, args, tag))
      const answered = result instanceof Promise ? await result : result
      if (tag === 0) return
      if (!('ok' in answered)) answers.push({ tag, ok: true, values: decodeAll(encodeAll(answered)) })
      else if (answered.ok) answers.push({ tag, ok: true, values: decodeAll(answered.values) })
      else throw answered.error
    } catch (error) {
      if (tag !== 0) answers.push({ tag, ok: false, values: [error] })
    }
  }

  engine.global.set('read', (name: string) => readFileSync(join(root, 'runtime-lua', `${name}.lua`), 'utf8'))
  engine.global.set('answer', (op: string, target: string, tag: number, ...args: unknown[]) => {
    asked.push(`${op} ${target}`.trimEnd())
    const work = operate(op, target, tag, args)
    pending.add(work)
    work.finally(() => pending.delete(work))
  })
  const source = readFileSync(join(root, 'test/support/guest.lua'), 'utf8')
  engine.global.set('support', source)
  await engine.doString('run, deliver = assert(load(support, "@guest.lua"))(read, answer)')
  const call = (name: 'run' | 'deliver', args: readonly unknown[]): Progress => {
    engine.global.set('arguments', args.map(toLua))
    const source = `local done, ok, result = ${name}(table.unpack(arguments, 1, ${args.length})) return { done = done, ok = ok, result = result }`
    return engine.doStringSync(source) as Progress
  }

  return {
    caller,
    asked,
    run: async (program) => {
      let progress = call('run', [program])
      while (!progress.done) {
        if (answers.length === 0) {
          if (pending.size === 0) throw new Error('every coroutine waits and nothing is under way')
          await Promise.race(pending)
          continue
        }
        const { tag, ok, values } = answers.shift()!
        progress = call('deliver', [tag, ok, ...values])
      }
      if (!progress.ok) throw new Error(String(progress.result))
      return progress.result
    },
  }
}
