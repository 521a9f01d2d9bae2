// A plugin's own thread: compiles it, says that it is ready, then takes calls one after another and answers each.

import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { Kind, WippyError } from '../error.ts'
import { decodeAll, encodeAll } from '../msgpack.ts'
import type { Compiled } from './component.ts'
import type { Grants } from './grant.ts'
import type { HostAsk } from './host-ask.ts'
import { asking, hostImports } from './host-imports.ts'
import { type InstanceLimits, PluginInstance } from './instance.ts'
import { OpenFiles } from './open-files.ts'
import { ASK } from './price.ts'
import { absent, wasi } from './wasi.ts'

const MOST_PRINTED = 65_536 // bytes a call
const LARGEST_ANSWER = 16 * 1024 ** 2 // bytes

export type WorkerOptions = {
  readonly compiled: Pick<Compiled, 'glue' | 'modules' | 'signature' | 'foreign'>
  readonly limits: InstanceLimits
  readonly grants: Grants
  readonly env: Readonly<Record<string, string>>
  /** Whether every call begins anew: nothing of one is left for the next. */
  readonly isFresh: boolean
  /** Whether a `result` is a table. */
  readonly tabled: boolean
  /** Where answers to what it asks of the node come in, and the bell that is rung for them. */
  readonly answers: MessagePort
  readonly bell: Int32Array<SharedArrayBuffer>
}

export type WorkerCall = {
  readonly id: number
  readonly name: string
  readonly args: Uint8Array
  /** Units it may spend. */
  readonly fuel: number
}

/** What a worker says: null when it is ready, an answer, or a question. */
export type WorkerWord = null | WorkerAnswer | { readonly ask: HostAsk }

export type WorkerAnswer = {
  readonly id: number
  /** msgpack: what it returned, or the error. */
  readonly values: Uint8Array
  readonly isOk: boolean
  readonly printed: string
  readonly spent: number
  readonly memoryBytes: number
  /** What it knew is gone: the next call begins anew. */
  readonly isLost: boolean
}

/** Nothing here makes code of a text: whoever got hold of a function must not get hold of what makes functions. */
const forgetCodeGeneration = (): void => {
  for (const fn of [() => {}, async () => {}, function* () {}, async function* () {}])
    Reflect.deleteProperty(Object.getPrototypeOf(fn), 'constructor')
}

const { compiled, limits, grants, env, isFresh, tabled, answers, bell } = workerData as WorkerOptions
const functions = new Map(compiled.signature.functions.map((fn) => [fn.name, fn]))
let printed: Uint8Array[] = []
let printedBytes = 0

const print = (bytes: Uint8Array): void => {
  const fitting = bytes.subarray(0, MOST_PRINTED - printedBytes).slice()
  if (fitting.length === 0) return
  printed.push(fitting)
  printedBytes += fitting.length
}

const files = new OpenFiles()

const say = (word: WorkerWord, moved: readonly ArrayBuffer[] = []): void => parentPort!.postMessage(word, moved)
const host = hostImports(
  asking(
    (ask) => {
      instance.charge(ASK)
      say({ ask })
    },
    answers,
    bell,
  ),
  Date.now,
)
const instance: PluginInstance = new PluginInstance({
  compiled,
  limits,
  tabled,
  world: { ...wasi({ grants, env, print, files, charge: (units) => instance.charge(units) }), ...host, ...absent(compiled.foreign) },
  dropped: () => files.close(),
})

/** As bytes of their own, which can be moved to another thread. */
const encoded = (values: readonly unknown[]): Uint8Array<ArrayBuffer> => {
  const bytes = encodeAll(values)
  if (bytes.length <= LARGEST_ANSWER) return new Uint8Array(bytes)
  throw new WippyError('PLUGIN_TRAP', Kind.RateLimited, `the plugin gave ${bytes.length} bytes, more than ${LARGEST_ANSWER}`, {
    retryable: false,
  })
}

const perform = ({ name, args, fuel }: WorkerCall): { readonly isOk: boolean; readonly values: Uint8Array<ArrayBuffer> } => {
  try {
    return { isOk: true, values: encoded([instance.call(functions.get(name)!, decodeAll(args), fuel)]) }
  } catch (error) {
    if (error instanceof WippyError) return { isOk: false, values: encoded([error, error.code]) }
    throw error
  }
}

forgetCodeGeneration()
parentPort!.on('message', (call: WorkerCall) => {
  printed = []
  printedBytes = 0
  const outcome = perform(call)
  const text = Buffer.concat(printed).toString()
  const { spent, memoryBytes, isWhole } = instance
  say({ id: call.id, ...outcome, printed: text, spent, memoryBytes, isLost: !isWhole && !isFresh }, [outcome.values.buffer])
  if (isFresh) instance.drop()
})
say(null)
