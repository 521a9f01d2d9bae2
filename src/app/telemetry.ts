// Traces and metrics on their way to a collector, when the configuration wants it: nothing of this is loaded otherwise.

import type { Clock } from '../clock.ts'
import type { Observer } from '../kernel/observer.ts'
import type { Process } from '../kernel/process.ts'
import { type Outcome, send } from '../otel/collector.ts'
import { metricsOf, tracesOf } from '../otel/otlp.ts'
import { Outlet } from '../otel/outlet.ts'
import { Tracer } from '../otel/tracer.ts'
import type { Tracing } from '../otel/tracing.ts'
import { within } from '../service/drain.ts'
import type { Log } from '../service/logger.ts'
import type { Meters } from '../service/meters.ts'
import { TraceObserver } from '../service/trace-observer.ts'
import type { OtelSettings } from './otel-settings.ts'

const METRICS_MS = 30_000
const LAST_MS = 5_000 // for what is left when the node ends

export type TelemetryOptions = {
  readonly settings: OtelSettings
  readonly clock: Clock
  readonly log: Log
  /** Is told what the kernel tells, besides the traces. */
  readonly observer: Observer
  readonly isCall: (process: Process) => boolean
}

export class Telemetry {
  /** To be given to the kernel. */
  readonly observer: Observer
  /** Null when only metrics are sent. */
  readonly tracing: Tracing | null
  readonly #options: TelemetryOptions
  readonly #outlet: Outlet
  readonly #resource: Readonly<Record<string, string>>
  readonly #began: number
  #meters: Meters | null = null
  #isTaken = true
  #isOver = false
  #forget: () => void = () => {}

  constructor(options: TelemetryOptions) {
    this.#options = options
    const { settings, clock, log, observer: next, isCall } = options
    const { service, version, traces, calls, processes, http, queue, rate } = settings
    this.#resource = { 'service.name': service, ...(version !== '' && { 'service.version': version }) }
    this.#began = clock.nowMs()
    this.#outlet = new Outlet({
      clock,
      send: (spans) => send(settings, '/v1/traces', tracesOf(this.#resource, spans)),
      failing: (why) => log.record('warn', 'otel', 'spans do not arrive', { collector: settings.url, why }),
      mended: (lost) => log.record('info', 'otel', 'spans arrive again', { lost }),
    })
    const tracer = new Tracer({ clock, rate, ended: (span) => this.#outlet.add(span) })
    const observer = traces ? new TraceObserver({ tracer, next, isCall, calls, processes }) : null
    this.observer = observer ?? next
    this.tracing = observer && { tracer, of: (pid) => observer.of(pid), http, queue }
  }

  /** Sends what is counted from now on, if that is wanted. */
  async begin(meters: () => Promise<Meters>): Promise<void> {
    if (!this.#options.settings.metrics) return
    this.#meters = await meters()
    this.#arm()
  }

  /** Sends what is left, within five seconds. */
  async stop(): Promise<void> {
    this.#isOver = true
    this.#forget()
    await within(this.#options.clock, LAST_MS, Promise.all([this.#outlet.close(), this.#sendMetrics()]))
  }

  #arm(): void {
    if (this.#isOver) return
    this.#forget = this.#options.clock.setTimer(METRICS_MS, () => void this.#sendMetrics().then(() => this.#arm()))
  }

  async #sendMetrics(): Promise<void> {
    if (!this.#meters) return
    const { settings, clock } = this.#options
    const families = [...this.#meters.families()]
    if (families.length === 0) return
    const request = metricsOf({ resource: this.#resource, families, startMs: this.#began, nowMs: clock.nowMs() })
    this.#note(await send(settings, '/v1/metrics', request))
  }

  /** What is not taken is in what is sent next: a counter says all that was counted. */
  #note(outcome: Outcome): void {
    const isTaken = outcome.is === 'taken' && outcome.rejected === 0
    if (isTaken === this.#isTaken) return
    this.#isTaken = isTaken
    const { log, settings } = this.#options
    if (isTaken) log.record('info', 'otel', 'metrics arrive again')
    else log.record('warn', 'otel', 'metrics do not arrive', { collector: settings.url, why: outcome.why })
  }
}
