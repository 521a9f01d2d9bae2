// Calls and processes as spans: what a process starts belongs to what it is doing itself.
//
//   call of a function     a span, named as the function, from its beginning to its end; the first of a trace when nobody who called is in one
//   other processes        in a trace: `ENTRY.started` and `ENTRY.terminated`; what they do belongs to what started them
//
//   T1 At most 100,000 processes are known to be in traces; what goes beyond is in none.

import type { Exit } from '../kernel/exit.ts'
import { Observer } from '../kernel/observer.ts'
import type { Process } from '../kernel/process.ts'
import { lastWords } from '../msgpack.ts'
import type { Attributes, Parent } from '../otel/span.ts'
import type { OpenSpan, Tracer } from '../otel/tracer.ts'
import type { Trace } from '../otel/tracing.ts'
import type { Pid } from '../pid.ts'
import { errorOf } from './outcome.ts'
import type { Context } from './service.ts'

const MOST_KNOWN = 100_000

export type TraceObserverOptions = {
  readonly tracer: Tracer
  /** Hears everything too. */
  readonly next: Observer
  /** Whether a process runs a function for somebody who waits for its answer. */
  readonly isCall: (process: Process) => boolean
  /** Whether calls are spans, and whether other processes are. */
  readonly calls: boolean
  readonly processes: boolean
}

type Known = { readonly context: Parent; readonly span: OpenSpan | null }

const failureOf = (exit: Exit): string | null => {
  if (!exit.ok) return errorOf(exit).text
  const [, error] = lastWords(exit.payload)
  return error === null || error === undefined ? null : error instanceof Error ? error.message : String(error)
}

export class TraceObserver extends Observer {
  readonly #options: TraceObserverOptions
  readonly #known = new Map<Pid, Known>()

  constructor(options: TraceObserverOptions) {
    super()
    this.#options = options
  }

  /** What a process is doing; null when that is in no trace. */
  of(pid: Pid): Parent | null {
    return this.#known.get(pid)?.context ?? null
  }

  override spawned(process: Process): void {
    this.#options.next.spawned(process)
    if (this.#known.size >= MOST_KNOWN) return
    const { calls, isCall, tracer } = this.#options
    const trace = this.#traceOf(process)
    if (calls && isCall(process)) {
      const kind = trace?.kind ?? 'server'
      const attributes = { ...trace?.attributes, 'process.pid': process.pid, 'frame.id': process.entry }
      const span = tracer.start({ name: process.entry, kind, parent: trace?.parent ?? null, attributes })
      this.#known.set(process.pid, { context: span.context, span })
    } else if (trace?.parent) {
      this.#known.set(process.pid, { context: trace.parent, span: null })
      this.#mark(process, trace.parent, 'started', {})
    }
  }

  override ended(process: Process, exit: Exit): void {
    this.#options.next.ended(process, exit)
    const known = this.#known.get(process.pid)
    if (!known) return
    this.#known.delete(process.pid)
    const { context, span } = known
    if (!context.isSampled) return
    const failure = failureOf(exit)
    if (span) span.end(failure, { 'process.fuel': process.fuel })
    else this.#mark(process, context, 'terminated', { 'termination.reason': failure === null ? 'completed' : 'error' }, failure)
  }

  override stepped(process: Process, spent: number): void {
    this.#options.next.stepped(process, spent)
  }

  override upgraded(before: Process, after: Process): void {
    this.#options.next.upgraded(before, after)
  }

  override dropped(from: Pid, to: string, code: string): void {
    this.#options.next.dropped(from, to, code)
  }

  override broken(process: Process, cause: unknown): void {
    this.#options.next.broken(process, cause)
  }

  #traceOf({ parent, context }: Process): Trace | null {
    const known = parent === null ? undefined : this.#known.get(parent)
    if (known) return { parent: known.context, kind: 'internal', attributes: {} }
    return (context as Context | null)?.trace ?? null
  }

  /** A span that is over at once. */
  #mark(process: Process, parent: Parent, event: string, more: Attributes, error: string | null = null): void {
    const { tracer, processes } = this.#options
    if (!processes) return
    const attributes = { 'process.pid': process.pid, 'process.source': process.entry, 'lifecycle.event': event, ...more }
    tracer.start({ name: `${process.entry}.${event}`, kind: 'internal', parent, attributes }).end(error)
  }
}
