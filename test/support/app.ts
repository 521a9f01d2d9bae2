// Apps written by tests, booted as any other app: files in a fresh directory, read from there.

import { join } from 'node:path'
import { type BootOptions, boot, type Node } from '../../src/app.ts'
import { loadConfig } from '../../src/config.ts'
import { WippyError } from '../../src/error.ts'
import type { Exit } from '../../src/kernel/exit.ts'
import type { Process } from '../../src/kernel/process.ts'
import { decodeAll } from '../../src/msgpack.ts'
import { type Fields, makeEntry, type Origin } from '../../src/registry/entry.ts'
import type { Log } from '../../src/service/logger.ts'
import { errorOf } from '../../src/service/outcome.ts'
import type { Terminal } from '../../src/service/service.ts'
import { directoryWith } from '../registry/scratch.ts'

const PATIENCE_MS = 60_000 // of a test, before it fails because something never happens: machines may have much to do
/**
 * Settings of all apps, beside what a test sets: `WIPPY_TEST_SET='workflow.kept=0 workflow.checkpoint.records=1' node test/run.ts workflow`
 * loads every workflow anew, from a checkpoint, for each of its steps.
 */
const EVERYWHERE = (process.env.WIPPY_TEST_SET ?? '').split(' ').filter((text) => text !== '')
const MODULES = ['ctx', 'env', 'events', 'funcs', 'logger', 'registry', 'system', 'time']

/** An entry as a test writes it: `code` goes to a file of its own. */
export type Draft = { readonly kind: string; readonly code?: string; readonly [field: string]: unknown }

const lua =
  (kind: string) =>
  (code: string, more: Readonly<Record<string, unknown>> = {}): Draft => ({ kind, code, modules: MODULES, ...more })

/** Code whose `main` (or whole chunk, as a function) runs as a process. */
export const proc = lua('process.lua')
export const func = lua('function.lua')
export const library = lua('library.lua')

export const service = (
  process: string,
  lifecycle: Readonly<Record<string, unknown>> = {},
  more: Readonly<Record<string, unknown>> = {},
): Draft => ({
  kind: 'process.service',
  process: `app:${process}`,
  host: 'app:processes',
  lifecycle: { auto_start: true, ...lifecycle },
  ...more,
})

export type Line = {
  readonly level: string
  readonly source: string
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** What Lua gave, in plain objects; errors as their kind and text. */
export const plain = (value: unknown): unknown => {
  if (value instanceof WippyError) return { kind: value.kind, text: value.text }
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  return Object.fromEntries((value instanceof Map ? [...value] : Object.entries(value)).map(([key, item]) => [key, plain(item)]))
}

/** The error that `work` fails with. */
export const failure = async (work: Promise<unknown>): Promise<WippyError> => {
  try {
    await work
  } catch (error) {
    return error as WippyError
  }
  throw new Error('it did not fail')
}

export class TestApp {
  readonly node: Node
  readonly root: string
  readonly lines: Line[]
  /** What terminal processes wrote. */
  readonly written: string[] = []
  #probes = 0

  constructor(node: Node, root: string, lines: Line[]) {
    this.node = node
    this.root = root
    this.lines = lines
  }

  get messages(): string[] {
    return this.lines.map(({ message }) => message)
  }

  /** Runs Lua as a process and returns the first value it returns, in plain objects. Throws the error it ends with. */
  async eval(code: string, more: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    const id = `app:probe${++this.#probes}`
    const source = `return function(...) ${code}\nend`
    await this.put(id, { kind: 'process.lua', source, modules: MODULES, ...more })
    const exit = await this.patient(this.exit(id), code)
    if (!exit.ok) throw errorOf(exit)
    return plain(decodeAll(exit.payload)[0])
  }

  /** Starts a process on the terminal and resolves with its end. */
  exit(id: string, args: readonly string[] = []): Promise<Exit> {
    void this.run(id, args)
    const { pid } = [...this.node.scheduler.processes].findLast(({ entry }) => entry === id)!
    return new Promise((resolve) => this.node.scheduler.onExit(pid, resolve))
  }

  run(id: string, args: readonly string[] = []): Promise<number> {
    const terminal: Terminal = {
      args,
      write: (text) => void this.written.push(String(text)),
      writeError: (text) => void this.written.push(String(text)),
      read: async () => null,
      readLine: async () => null,
    }
    return this.node.execute(id, args, { terminal })
  }

  /** Creates or replaces an entry while the app runs, as a file that is saved would. */
  put(id: string, draft: Draft): Promise<void> {
    const place = { file: `${id}.lua`, path: join(this.root, 'saved.lua'), base: this.root, line: 1, column: 1 }
    return this.make(id, draft, { ...place, spots: new Map(), sources: new Map() })
  }

  /** Creates or replaces an entry while the app runs, as a process would. */
  async make(id: string, { kind, code, meta, ...data }: Draft, origin: Origin | null = null): Promise<void> {
    const entry = makeEntry({ id, kind, meta: (meta ?? {}) as Fields, data: code === undefined ? data : { ...data, source: code }, origin })
    await this.node.registry.apply([{ kind: this.node.registry.get(id) ? 'entry.update' : 'entry.create', entry }])
  }

  async drop(id: string): Promise<void> {
    await this.node.registry.apply([{ kind: 'entry.delete', id }])
  }

  /** The processes that run an entry. */
  processes(id: string): Process[] {
    return [...this.node.scheduler.processes].filter(({ entry }) => entry === id)
  }

  /** Resolves when `condition` holds; it is looked at once in each turn of the event loop. */
  until(condition: () => boolean, what: string): Promise<void> {
    const wait = async (): Promise<void> => {
      while (!condition()) await new Promise((resolve) => setImmediate(resolve))
    }
    return this.patient(wait(), what)
  }

  /** Resolves when a line with this message has been logged so often; that line. */
  async logged(message: string, count = 1): Promise<Line> {
    const found = (): Line[] => this.lines.filter((line) => line.message === message)
    await this.until(() => found().length >= count, `a line "${message}"`)
    return found()[count - 1]!
  }

  async patient<T>(work: Promise<T>, what: string): Promise<T> {
    const { promise: late, reject } = Promise.withResolvers<never>()
    const timer = setTimeout(() => reject(new Error(`waited too long for: ${what}\n${this.messages.slice(-20).join('\n')}`)), PATIENCE_MS)
    try {
      return await Promise.race([work, late])
    } finally {
      clearTimeout(timer)
    }
  }
}

/** What every app of a test has. Calling `app:turn` lets all who are ready run first. */
const given: Readonly<Record<string, Draft>> = {
  processes: { kind: 'process.host' },
  terminal: { kind: 'terminal.host' },
  turn: func('return function() end'),
}

/** `set`: as `--set`. Changes of the registry are kept in memory unless it says otherwise. */
export type StartOptions = BootOptions & { readonly files?: Readonly<Record<string, string>>; readonly set?: readonly string[] }

/** Boots an app of these entries, by name in namespace `app`. */
export const start = async (drafts: Readonly<Record<string, Draft>> = {}, options: StartOptions = {}): Promise<TestApp> => {
  const { files = {}, set = [], ...rest } = options
  const all: Readonly<Record<string, Draft>> = { ...given, ...drafts }
  const entries = Object.entries(all).map(([name, { code, ...draft }]) => ({
    name,
    ...draft,
    ...(code === undefined ? {} : { source: `file://${name}.lua` }),
  }))
  const sources = Object.entries(all).flatMap(([name, { code }]) => (code === undefined ? [] : [[`src/${name}.lua`, code]]))
  const index = `version: "1.0"\nnamespace: app\nentries:\n${entries.map((entry) => `  - ${JSON.stringify(entry)}\n`).join('')}`
  return startIn(directoryWith({ 'src/_index.yaml': index, ...Object.fromEntries(sources), ...files }), { set, ...rest })
}

/** Boots the app in a directory, where one may have run before. */
export const startIn = async (
  root: string,
  { set = [], ...rest }: BootOptions & { readonly set?: readonly string[] } = {},
): Promise<TestApp> => {
  const { config } = await loadConfig(root, { set: ['registry.history=memory', ...EVERYWHERE, ...set], env: {} })
  const lines: Line[] = []
  const log: Log = {
    now: Date.now,
    record: (level, source, message, fields = {}) => void lines.push({ level, source, message, fields }),
    write: ({ level, source, message, fields }) =>
      void lines.push({ level, source, message, fields: plain(Object.fromEntries(fields)) as Line['fields'] }),
  }
  return new TestApp(await boot(config, { log, ...rest }), root, lines)
}

/** Boots an app, does something with it, and stops it whatever happens. */
export const withApp = async (
  drafts: Readonly<Record<string, Draft>>,
  act: (app: TestApp) => Promise<void>,
  options: Parameters<typeof start>[1] = {},
): Promise<void> => {
  const app = await start(drafts, options)
  try {
    await act(app)
  } finally {
    await app.node.stop({ now: true })
  }
}
