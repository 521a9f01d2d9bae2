// Tests of an app: entries with `meta.type: test`, each run in a process of its own, one after another.
//
//   T1 A test is a function that returns, and not false: one case. One that uses a test library tells of its cases as it goes, in messages.
//   T2 What a test does to itself stays its own: it may end in an error, run for ever or out of memory, and is one failure.
//   T3 It may do what whoever runs it may do, and tell the runner about it.
//   T4 What it has started ends with it, but for workflows: the next one finds no process that it knows nothing of.

import type { Node } from '../app.ts'
import { Kind, WippyError } from '../error.ts'
import { whenGone } from '../gone.ts'
import { Budget } from '../kernel/budget.ts'
import type { Exit } from '../kernel/exit.ts'
import { defaultLimits, Host } from '../kernel/host.ts'
import type { Process } from '../kernel/process.ts'
import { encodeAll, lastWords } from '../msgpack.ts'
import type { Pid } from '../pid.ts'
import { builtin } from '../registry/builtin.ts'
import { type Entry, fieldsOf } from '../registry/entry.ts'
import { isInNamespaces } from '../registry/glob.ts'
import { Importers } from '../registry/importers.ts'
import { parseDuration } from '../registry/units.ts'
import type { Attachment } from '../service/door.ts'
import { ListeningBody } from '../service/listening-body.ts'
import type { LogRecord } from '../service/log-line.ts'
import { errorOf } from '../service/outcome.ts'
import type { Context, Terminal } from '../service/service.ts'
import { type Failure, failureOf, type Named, type TestCase, toldIn } from './test-case.ts'

const TOPIC = 'test:update'
const OUTPUT_CHARS = 64 * 1024 // of one test; the rest is left out
const MOST_CASES = 10_000 // of one test; of those behind them only as many failures are told
const KINDS = ['function.lua', 'process.lua']

/** One entry that was run. */
export type Tested = {
  readonly entry: string
  readonly suite: string | null
  readonly cases: readonly TestCase[]
  readonly ms: number
  /** What it wrote. */
  readonly output: string
}

export type Totals = { readonly passed: number; readonly failed: number; readonly skipped: number }

export type TestListener = {
  began?(entry: Entry): void
  ended?(entry: Entry, one: TestCase): void
  done?(tested: Tested): void
}

export type TestOptions = {
  /** What they may do; it has to allow that one sends to the pid that hears of its cases. */
  readonly context: (listener: Pid) => Context
  /** For a test that says none itself. */
  readonly timeout: string | number
  readonly heard?: TestListener
  /** Aborted when nobody wants to know any more. */
  readonly gone?: AbortSignal
}

const suiteOf = ({ meta }: Entry): string | null => (typeof meta.suite === 'string' && meta.suite !== '' ? meta.suite : null)

const orderOf = ({ meta }: Entry): number => Number(meta.order) || 0

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Suites by name, those without one last; in a suite by `meta.order`. */
const inOrder = (a: Entry, b: Entry): number =>
  Number(suiteOf(a) === null) - Number(suiteOf(b) === null) ||
  compare(suiteOf(a) ?? '', suiteOf(b) ?? '') ||
  orderOf(a) - orderOf(b) ||
  compare(a.id, b.id)

/** The tests among entries, in the order in which they are run: those whose id or suite contains one of `words`, or all. */
export const testsAmong = (entries: Iterable<Entry>, words: readonly string[] = [], namespaces: readonly string[] = []): Entry[] =>
  [...entries]
    .filter(({ kind, meta }) => meta.type === 'test' && KINDS.includes(kind))
    .filter(({ ns }) => isInNamespaces(ns, namespaces))
    .filter((entry) => words.length === 0 || words.some((word) => entry.id.includes(word) || suiteOf(entry)?.includes(word)))
    .sort(inOrder)

/** Those of `tests` that a change of these entries touches: they are changed, import what is, or name it; all of them when none does. */
export const touchedBy = (ids: readonly string[], tests: readonly Entry[], all: Iterable<Entry>): readonly Entry[] => {
  const importers = new Importers()
  for (const entry of all) importers.put(entry)
  const changed = new Set([...ids, ...importers.of(ids)])
  const touched = tests.filter((test) => changed.has(test.id) || ids.some((id) => String(fieldsOf(test).source).includes(id)))
  return touched.length > 0 ? touched : tests
}

export const totalsOf = (tested: readonly Tested[]): Totals => {
  const totals = { passed: 0, failed: 0, skipped: 0 }
  for (const { cases } of tested) for (const { status } of cases) totals[status]++
  return totals
}

/** Takes what a test writes, and what it logs; there is nothing to read. */
class Output {
  #text = ''
  readonly #decoder = new TextDecoder()
  readonly terminal: Terminal = {
    args: [],
    write: (piece) => this.#add(piece),
    writeError: (piece) => this.#add(piece),
    read: () => Promise.resolve(null),
    readLine: () => Promise.resolve(null),
  }

  log({ level, message }: LogRecord): void {
    this.#add(level === 'info' ? `${message}\n` : `${level}: ${message}\n`)
  }

  get text(): string {
    return this.#text.slice(0, OUTPUT_CHARS)
  }

  #add(piece: string | Uint8Array): void {
    if (this.#text.length < OUTPUT_CHARS) this.#text += typeof piece === 'string' ? piece : this.#decoder.decode(piece)
  }
}

/** How a test came out: its end, or why it was ended, and where it stood; null when nobody waits for it. */
type Outcome = { readonly exit: Exit } | { readonly ended: string; readonly at: string | null } | null

const timeText = (ms: number): string => (ms < 1000 ? `${ms} ms` : `${ms / 1000} s`)

/** Where the app's own code stands in a process: `src/cart.lua:12`. */
const standingAt = ({ body }: Process): string | null => {
  const coroutines = body.standing?.().coroutines ?? []
  const frames = coroutines.toSorted((a, b) => Number(b.isLast) - Number(a.isLast)).flatMap((one) => one.frames)
  const own = frames.find(({ file, line }) => line > 0 && builtin(file) === undefined)
  return own ? `${own.file}:${own.line}` : null
}

/** What a test starts is counted, and bounded by nothing but its hosts. */
const BOUNDLESS = { fuel: Number.POSITIVE_INFINITY, memoryBytes: Number.POSITIVE_INFINITY, processes: Number.POSITIVE_INFINITY }

type Followed = {
  readonly context: TestOptions['context']
  readonly attachment: Attachment
  readonly timeoutMs: number
  readonly gone: AbortSignal | undefined
  readonly message: (payload: Uint8Array) => void
}

/**
 * Runs a test below a process that it tells of its cases, to its end and to the last it has said. That one ends with it, or before, when the
 * test ends it. Throws what the test does not start for.
 */
const follow = async (node: Node, entry: Entry, { context, attachment, timeoutMs, gone, message }: Followed): Promise<Outcome> => {
  const { launcher, scheduler, clock } = node.parts
  const { promise: isOver, resolve } = Promise.withResolvers<void>()
  const body = new ListeningBody({
    message: (topic, payload) => topic === TOPIC && message(payload),
    event: (topic) => topic === 'pid.exit' && resolve(),
  })
  const host = new Host('test', defaultLimits, node.config.name ?? '')
  const family = new Budget(BOUNDLESS)
  const spec = { host, limits: defaultLimits, body, entry: 'test', startedAt: clock.nowMs(), parent: null, budget: family }
  const listener = scheduler.spawn(spec)
  let outcome: Outcome = null
  listener.onEnd(() => {
    outcome ??= { ended: 'it has ended the process that hears of its cases', at: null }
    resolve()
  })
  try {
    const own = context(listener.pid)
    const { pid } = launcher.call(entry, {
      args: encodeAll([{ pid: listener.pid, topic: TOPIC, ref_id: entry.id }]),
      context: { ...own, values: { ...own.values, parent_pid: listener.pid, test_topic: TOPIC } },
      parent: listener.pid,
      monitor: true,
      attachment,
    })
    scheduler.onExit(pid, (exit) => {
      outcome ??= { exit }
    })
    const late = (): void => {
      const process = scheduler.processes.find(pid)
      outcome ??= { ended: `it took longer than ${timeText(timeoutMs)} and was ended`, at: process && standingAt(process) }
      resolve()
    }
    const forget = [clock.setTimer(timeoutMs, late), gone ? whenGone(gone, resolve) : () => {}]
    await isOver // what it has sent before was heard before
    for (const each of forget) each()
    return outcome
  } finally {
    for (const member of family.members) scheduler.terminate(member) // T4
  }
}

/** How long a test may take. Throws DURATION_INVALID. */
export const timeoutOf = (value: unknown): number => {
  const ms = parseDuration(value)
  if (ms > 0) return ms
  const hint = 'Write how long a test may take, for example "30s".'
  throw new WippyError('DURATION_INVALID', Kind.Invalid, `a timeout of ${JSON.stringify(value)} leaves no time`, { hint })
}

/** Runs one test. */
const runOne = async (node: Node, entry: Entry, options: TestOptions): Promise<Tested> => {
  const { clock, tail } = node.parts
  const { heard, gone, context } = options
  const output = new Output()
  const cases: TestCase[] = []
  const start = clock.nowMs()
  const sinceStart = (): number => clock.nowMs() - start
  const tell = (one: TestCase): void => {
    if (cases.length >= (one.status === 'failed' ? 2 : 1) * MOST_CASES) return
    cases.push(one)
    heard?.ended?.(entry, one)
  }
  let running: Named | null = null
  /** The case that runs, or the test as a whole. */
  const whole = (failure: Failure | null): void =>
    tell({ suite: '', name: entry.name, ...running, status: failure ? 'failed' : 'passed', ms: sinceStart(), failure })
  const wrong = ({ text, where }: WippyError): void => {
    const said = failureOf(text)
    whole({ ...said, file: said.file ?? where?.file ?? null, line: said.line ?? where?.line ?? null })
  }
  const message = (payload: Uint8Array): void => {
    const told = toldIn(payload)
    if (told === null) return
    if (!('status' in told)) {
      running = told
      return
    }
    running = null
    tell(told)
  }

  const judge = (outcome: Outcome): void => {
    if (outcome === null) return
    if ('ended' in outcome) whole(failureOf(outcome.ended, { at: outcome.at }))
    else if (!outcome.exit.ok) {
      const isSaid = running === null && cases.some(({ status }) => status === 'failed')
      if (!isSaid) wrong(errorOf(outcome.exit)) // else it only says that cases have failed
    } else if (cases.length === 0) whole(lastWords(outcome.exit.payload)[0] === false ? failureOf('it returned false') : null)
  }

  heard?.began?.(entry)
  const unfollow = tail.follow((record) => {
    if (record.source === entry.id) output.log(record)
  })
  try {
    const timeoutMs = timeoutOf(entry.meta.timeout ?? options.timeout)
    judge(await follow(node, entry, { context, attachment: { terminal: output.terminal }, timeoutMs, gone, message }))
  } catch (error) {
    if (!(error instanceof WippyError)) throw error
    wrong(error)
  } finally {
    unfollow()
  }
  const tested = { entry: entry.id, suite: suiteOf(entry), cases, ms: sinceStart(), output: output.text }
  heard?.done?.(tested)
  return tested
}

/** Runs tests one after another. Whatever they do wrong is in what they come to. Throws DURATION_INVALID. */
export const runTests = async (node: Node, entries: readonly Entry[], options: TestOptions): Promise<readonly Tested[]> => {
  timeoutOf(options.timeout)
  const all: Tested[] = []
  for (const entry of entries) {
    if (options.gone?.aborted) break
    all.push(await runOne(node, entry, options))
  }
  return all
}
