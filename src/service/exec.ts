// The kind `exec.native` and the host half of `exec`: programs of the system, run for processes.
//
//   E1 A program has the variables that its entry and its caller name, and PATH; nothing else of the node's.
//      Of those that the caller names, some decide which code runs (PATH, LD_PRELOAD): they are part of the command that is allowed, `PATH=/x ls`.
//   E2 It ends when its process does. A process has at most MOST of them, all together MOST_OF_ALL.
//
//   default_work_dir (relative to the app), default_env, command_whitelist (whole commands; without it any)

import { resolve } from 'node:path'
import { Kind, WippyError } from '../error.ts'
import type { State } from '../registry/change.ts'
import { type Entry, isFields } from '../registry/entry.ts'
import { interpolate, type Lookup } from '../registry/interpolate.ts'
import type { Handler } from '../registry/kinds.ts'
import { Command, wordsOf } from './command.ts'
import { commandText } from './command-text.ts'
import type { Call, Caller, Operation, Service } from './service.ts'
import { EntrySettings } from './settings.ts'
import type { Streams } from './streams.ts'

const MOST = 16
const MOST_OF_ALL = 256

type Executor = {
  readonly workDir: string
  readonly env: Readonly<Record<string, string>>
  /** null: any. */
  readonly commands: readonly string[] | null
}

export type ExecOptions = {
  /** Absolute; where the app is. */
  readonly root: string
  readonly path: string
  readonly lookup: (after: State) => Lookup
  readonly streams: Streams
}

const invalid = (message: string): WippyError => new WippyError('EXEC_ARGUMENT', Kind.Invalid, message, { retryable: false })

const textsOf = (value: unknown, name: string): Record<string, string> => {
  if (value === undefined || value === null || (Array.isArray(value) && value.length === 0)) return {}
  if (!isFields(value)) throw invalid(`${name} is a table of names and texts`)
  return Object.fromEntries(Object.entries(value).map(([key, text]) => [key, String(text)]))
}

export class Exec {
  readonly #options: ExecOptions
  readonly #executors = new Map<string, Executor>()
  readonly #next = new Map<string, Executor>()
  readonly #commands = new WeakMap<Caller, Map<number, Command>>()
  #running = 0
  #last = 0

  readonly handler: Handler = {
    kinds: ['exec.native'],
    prepare: ({ kind, entry }, after) => {
      if (kind !== 'entry.delete') this.#next.set(entry.id, this.#read(entry, after))
    },
    commit: ({ kind, entry }) => {
      const next = this.#next.get(entry.id)
      this.#next.delete(entry.id)
      if (kind === 'entry.delete') this.#executors.delete(entry.id)
      else if (next) this.#executors.set(entry.id, next)
    },
    discard: ({ entry }) => void this.#next.delete(entry.id),
  }

  constructor(options: ExecOptions) {
    this.#options = options
  }

  get service(): Service {
    const on =
      (act: (command: Command, call: Call) => Promise<unknown> | unknown): Operation =>
      async (call) => {
        const command = this.#of(call)
        const value = await act(command, call)
        if (call.op === 'exec.wait' || call.op === 'exec.close') void command.ended.then(() => this.#forget(call))
        return [value === undefined ? true : value]
      }
    return {
      name: 'exec',
      operations: {
        'exec.get': ({ target }) => {
          this.#need(target)
          return [true]
        },
        'exec.prepare': (call) => [this.#prepare(call)],
        'exec.start': on((command) => command.start()),
        'exec.wait': on((command) => command.wait()),
        'exec.signal': on((command, { args: [, number] }) => command.signal(Number(number))),
        'exec.write': on((command, { args: [, data] }) => command.write(data instanceof Uint8Array ? data : Buffer.from(String(data)))),
        'exec.output': on((command, { caller, args: [, name] }) =>
          this.#options.streams.open(caller, command.output(name === 'stderr' ? 'stderr' : 'stdout')),
        ),
        'exec.close': on((command, { args: [, force] }) => command.close(force === true)),
      },
    }
  }

  #read(entry: Entry, after: State): Executor {
    const { root, path, lookup } = this.#options
    const settings = new EntrySettings(entry, interpolate(entry, lookup(after)))
    const env = settings.group('default_env')
    const commands = settings.texts('command_whitelist')
    return {
      workDir: resolve(root, settings.text('default_work_dir', '.')),
      env: { PATH: path, ...Object.fromEntries(env.keys().map((name) => [name, env.text(name)])) },
      commands: commands.length > 0 ? commands : null,
    }
  }

  #need(id: string): Executor {
    const executor = this.#executors.get(id)
    if (executor) return executor
    throw new WippyError('EXEC_NOT_FOUND', Kind.Internal, `executor "${id}" not found`, { retryable: false })
  }

  #prepare({ caller, target, args: [id, given] }: Call): number {
    const { workDir, env, commands } = this.#need(String(id))
    const words = wordsOf(target)
    if (words.length === 0) throw invalid('a command is needed')
    const options = isFields(given) ? given : {}
    const ownEnv = textsOf(options.env, 'env')
    const text = commandText(target, ownEnv)
    if (commands !== null && !commands.includes(text)) {
      throw new WippyError('EXEC_DENIED', Kind.PermissionDenied, `command not allowed: ${text.slice(0, 200)}`, { retryable: false })
    }
    const own = this.#commands.get(caller) ?? this.#begin(caller)
    if (own.size >= MOST || this.#running >= MOST_OF_ALL) {
      throw new WippyError('EXEC_BUSY', Kind.RateLimited, 'too many programs are run at once', { retryable: true })
    }
    const command = new Command({
      words,
      workDir: options.work_dir ? resolve(workDir, String(options.work_dir)) : workDir,
      env: { ...env, ...ownEnv },
    })
    own.set(++this.#last, command)
    this.#running++
    return this.#last
  }

  #of({ caller, args: [number] }: Call): Command {
    const command = this.#commands.get(caller)?.get(Number(number))
    if (command === undefined) throw new WippyError('EXEC_FAILED', Kind.Invalid, 'process is closed', { retryable: false })
    return command
  }

  #forget({ caller, args: [number] }: Call): void {
    if (this.#commands.get(caller)?.delete(Number(number))) this.#running--
  }

  #begin(caller: Caller): Map<number, Command> {
    const own = new Map<number, Command>()
    this.#commands.set(caller, own)
    caller.onEnd(() => {
      this.#commands.delete(caller)
      this.#running -= own.size
      for (const command of own.values()) command.close(true)
    })
    return own
  }
}
