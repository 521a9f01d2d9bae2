// A plugin's own thread: compiles it, says that it is ready, then takes calls one after another and answers each.

import { parentPort, workerData } from 'node:worker_threads'
import { WippyError } from '../error.ts'
import { decodeAll, encodeAll } from '../msgpack.ts'
import type { Compiled } from './component.ts'
import type { Grants } from './grant.ts'
import { type InstanceLimits, PluginInstance } from './instance.ts'
import { absent, wasi } from './wasi.ts'

const MOST_PRINTED = 65_536 // bytes a call

export type WorkerOptions = {
  readonly compiled: Pick<Compiled, 'glue' | 'modules' | 'pages' | 'signature' | 'foreign'>
  readonly limits: InstanceLimits
  readonly grants: Grants
  readonly env: Readonly<Record<string, string>>
  /** Whether every call begins anew: nothing of one is left for the next. */
  readonly isFresh: boolean
}

export type WorkerCall = { readonly id: number; readonly name: string; readonly args: Uint8Array }

export type WorkerAnswer = {
  readonly id: number
  /** msgpack: what it returned, or the error. */
  readonly values: Uint8Array
  readonly isOk: boolean
  readonly printed: string
  readonly spent: number
  readonly memoryBytes: number
}

const { compiled, limits, grants, env, isFresh } = workerData as WorkerOptions
const functions = new Map(compiled.signature.functions.map((fn) => [fn.name, fn]))
let printed: Uint8Array[] = []
let printedBytes = 0

const print = (bytes: Uint8Array): void => {
  const room = bytes.subarray(0, MOST_PRINTED - printedBytes).slice()
  printed.push(room)
  printedBytes += room.length
}

const instance = new PluginInstance(compiled, limits, { ...wasi({ grants, env, print }), ...absent(compiled.foreign) })

const perform = ({ name, args }: WorkerCall): { readonly isOk: boolean; readonly values: Uint8Array } => {
  try {
    return { isOk: true, values: encodeAll([instance.call(functions.get(name)!, decodeAll(args))]) }
  } catch (error) {
    if (error instanceof WippyError) return { isOk: false, values: encodeAll([error, error.code]) }
    throw error
  }
}

parentPort!.on('message', (call: WorkerCall) => {
  printed = []
  printedBytes = 0
  const outcome = perform(call)
  const text = Buffer.concat(printed).toString()
  const { spent, memoryBytes } = instance
  const answer: WorkerAnswer = { id: call.id, ...outcome, printed: text, spent, memoryBytes }
  parentPort!.postMessage(answer)
  if (isFresh) instance.drop()
})
parentPort!.postMessage(null)
