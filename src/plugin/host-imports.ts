// wit/runtime.wit as a plugin sees it. Runs in the plugin's worker: what it asks is answered by the kernel's thread, and the plugin waits.

import type { MessagePort } from 'node:worker_threads'
import { receiveMessageOnPort } from 'node:worker_threads'
import type { HostAnswer, HostAsk } from './host.ts'

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

/** The interfaces by name. An error of the host is thrown as the text that the plugin gets. */
export const hostImports = (ask: Asking): Readonly<Record<string, unknown>> => {
  const answered = (wanted: HostAsk): unknown => {
    const answer = ask(wanted)
    if ('error' in answer) throw answer.error
    return answer.value
  }
  return {
    'wippy:runtime/funcs': {
      callString: (target: string, input: string) => answered({ op: 'call', target, form: 'text', input }),
      callBytes: (target: string, input: Uint8Array) => answered({ op: 'call', target, form: 'bytes', input: input.slice() }),
      callJson: (target: string, input: string) => answered({ op: 'call', target, form: 'json', input }),
    },
    'wippy:runtime/registry': {
      get: (id: string) => answered({ op: 'get', id }),
      list: (kind: string) => answered({ op: 'list', kind }),
    },
    'wippy:runtime/logger': { log: (level: string, message: string) => void answered({ op: 'log', level, message }) },
  }
}
