// wit/runtime.wit as a plugin sees it. Runs in the plugin's worker: what it asks is answered by the kernel's thread, and the plugin waits.
// What is too long to be answered is refused here, and what is logged too often is dropped here: the kernel's thread does not hear of it.

import type { MessagePort } from 'node:worker_threads'
import { receiveMessageOnPort } from 'node:worker_threads'
import { LogQuota } from '../service/logger.ts'
import { type HostAnswer, type HostAsk, LONGEST, LONGEST_LINE, LONGEST_NAME } from './host-ask.ts'

/** Asks the kernel's thread, and sleeps until it has answered. */
type Asking = (ask: HostAsk) => HostAnswer

/** `bell` is rung when an answer lies in `port`. */
export const asking =
  (tell: (ask: HostAsk) => void, port: MessagePort, bell: Int32Array<SharedArrayBuffer>): Asking =>
  (ask) => {
    tell(ask)
    for (;;) {
      const answer = receiveMessageOnPort(port)
      if (answer) return answer.message as HostAnswer
      Atomics.wait(bell, 0, 0)
      Atomics.store(bell, 0, 0)
    }
  }

/** What it names, and what it asks with. Throws the text that the plugin gets. */
const fitting = (name: string, input: { readonly length: number } = ''): void => {
  if (name.length > LONGEST_NAME) throw `a name has at most ${LONGEST_NAME} characters`
  if (input.length > LONGEST) throw `a call is given at most ${LONGEST} bytes`
}

/** The interfaces by name. An error of the host is thrown as the text that the plugin gets. */
export const hostImports = (ask: Asking, nowMs: () => number): Readonly<Record<string, unknown>> => {
  const answered = (wanted: HostAsk): unknown => {
    const answer = ask(wanted)
    if ('error' in answer) throw answer.error
    return answer.value
  }
  const call = (wanted: HostAsk & { op: 'call' }): unknown => {
    fitting(wanted.target, wanted.input)
    return answered(wanted)
  }
  const quota = new LogQuota()
  const log = (level: string, text: string): void => {
    const message = text.slice(0, LONGEST_LINE)
    if (!quota.take(message.length, nowMs())) return
    const dropped = quota.settle()
    if (dropped > 0) answered({ op: 'log', level: 'warn', message: `${dropped} log lines dropped, too many per second` })
    answered({ op: 'log', level, message })
  }
  return {
    'wippy:runtime/funcs': {
      callString: (target: string, input: string) => call({ op: 'call', target, form: 'text', input }),
      callBytes: (target: string, input: Uint8Array) => call({ op: 'call', target, form: 'bytes', input: input.slice() }),
      callJson: (target: string, input: string) => call({ op: 'call', target, form: 'json', input }),
    },
    'wippy:runtime/registry': {
      get: (id: string) => {
        fitting(id)
        return answered({ op: 'get', id })
      },
      list: (kind: string) => (kind.length > LONGEST_NAME ? [] : answered({ op: 'list', kind })),
    },
    'wippy:runtime/logger': { log },
  }
}
