// The host half of `io`: standard input and output of a process on a terminal host.
//
// Writes are casts, in order; every so often the guest asks for a flush, which is answered when the output has left. So a process is held
// to the speed of its reader, though no single write waits.

import { Kind, WippyError } from '../error.ts'
import type { Call, Service, Terminal } from './service.ts'
import type { ProcessTerminal } from './terminal.ts'

export { type ProcessTerminal, processTerminal } from './terminal.ts'

const MAX_READ = 1_048_576 // bytes
const DEFAULT_READ = 1024 // bytes

const terminalOf = ({ caller }: Call): Terminal => {
  if (caller.terminal) return caller.terminal
  const hint = 'Run the process on a terminal.host, for example with: wippy run -x ns:entry. Use logger elsewhere.'
  throw new WippyError('IO_NO_TERMINAL', Kind.Unavailable, 'no terminal context', { retryable: false, hint })
}

const can = <K extends 'flush' | 'raw'>(terminal: Terminal, verb: K): terminal is Terminal & Pick<ProcessTerminal, K> => verb in terminal

const writable = (value: unknown): string | Uint8Array => (typeof value === 'string' || value instanceof Uint8Array ? value : '')

const endOfInput = (): WippyError => new WippyError('IO_END', Kind.Unknown, 'EOF', { retryable: false })

export const ioService = (): Service => {
  const raws = new Map<string, number>() // pid → how often it has switched raw mode on

  const raw = (call: Call): readonly unknown[] => {
    const terminal = terminalOf(call)
    const { caller } = call
    const on = call.args[0] !== false
    if (!can(terminal, 'raw'))
      throw new WippyError('IO_NO_RAW', Kind.Unavailable, 'raw terminal control is not available', { retryable: false })
    const count = raws.get(caller.pid)
    if (!on && !count) return [true]
    terminal.raw(on)
    raws.set(caller.pid, (count ?? 0) + (on ? 1 : -1))
    if (count === undefined) {
      caller.onEnd(() => {
        for (let left = raws.get(caller.pid) ?? 0; left > 0; left--) terminal.raw(false)
        raws.delete(caller.pid)
      })
    }
    return [true]
  }

  return {
    name: 'io',
    operations: {
      'io.open': (call) => [terminalOf(call).args],
      'io.write': (call) => {
        call.caller.terminal?.write(writable(call.args[0]))
        return []
      },
      'io.write_error': (call) => {
        call.caller.terminal?.writeError(writable(call.args[0]))
        return []
      },
      'io.read': async (call) => {
        const wanted = typeof call.args[0] === 'number' && call.args[0] > 0 ? call.args[0] : DEFAULT_READ
        const bytes = await terminalOf(call).read(Math.min(wanted, MAX_READ))
        if (bytes === null) throw endOfInput()
        return [bytes]
      },
      'io.readline': async (call) => {
        const line = await terminalOf(call).readLine()
        if (line === null) throw endOfInput()
        return [line]
      },
      'io.flush': async (call) => {
        const terminal = terminalOf(call)
        if (can(terminal, 'flush')) await terminal.flush()
        return [true]
      },
      'io.raw': raw,
    },
  }
}
