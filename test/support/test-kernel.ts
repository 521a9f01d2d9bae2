// A kernel for tests: errors are encoded as `CODE message`, asks are answered by the test, what the observer sees is kept.

import type { Exit } from '../../src/kernel/exit.ts'
import { MESSAGE, START } from '../../src/kernel/frame.ts'
import { Host, type HostLimits } from '../../src/kernel/host.ts'
import { Observer } from '../../src/kernel/observer.ts'
import type { Process, SpawnSpec } from '../../src/kernel/process.ts'
import type { Ask } from '../../src/kernel/release.ts'
import { Scheduler, type SchedulerOptions } from '../../src/kernel/scheduler.ts'
import { bytes, type Signal, TsBody, type TsStep } from './ts-body.ts'

class Notes extends Observer {
  readonly dropped_: string[] = []
  readonly ended_: string[] = []
  readonly broken_: unknown[] = []
  override dropped(_from: string, to: string, code: string): void {
    this.dropped_.push(`${to} ${code}`)
  }
  override ended(process: Process, exit: Exit): void {
    this.ended_.push(`${process.pid} ${exit.ok ? 'ok' : (exit.error?.code ?? 'failed')}`)
  }
  override broken(_process: Process, cause: unknown): void {
    this.broken_.push(cause)
  }
}

export class TestKernel {
  readonly notes = new Notes()
  readonly scheduler: Scheduler
  readonly host: Host

  constructor(options: Partial<SchedulerOptions> & { answer?: (ask: Ask) => void } = {}, limits: Partial<HostLimits> = {}) {
    const { answer = () => {}, ...rest } = options
    this.scheduler = new Scheduler({
      encodeError: ({ code, message }) => bytes(`${code} ${message}`),
      door: (ask) => answer(ask),
      observer: this.notes,
      ...rest,
    })
    this.host = new Host('app:processes', limits, rest.node ?? '')
  }

  /** A process that does `step` in each step. */
  spawn(step: TsStep | TsBody = () => undefined, spec: Partial<SpawnSpec> = {}): Process {
    const body = step instanceof TsBody ? step : new TsBody(step)
    return this.scheduler.spawn({ host: this.host, body, entry: 'app:test', startedAt: 0, ...spec })
  }

  /** A process that only keeps what it gets. */
  listener(spec: Partial<SpawnSpec> = {}): Process & { heard: Signal[] } {
    const heard: Signal[] = []
    const process = this.spawn((inbox) => {
      heard.push(...inbox.filter(({ kind }) => kind !== START))
      return undefined
    }, spec)
    return Object.assign(process, { heard })
  }

  /** A process that does something once, at its start. */
  once(act: TsStep, spec: Partial<SpawnSpec> = {}): Process & { heard: Signal[] } {
    const heard: Signal[] = []
    const process = this.spawn((inbox, out, given) => {
      heard.push(...inbox.filter(({ kind }) => kind !== START))
      return inbox.some(({ kind }) => kind === START) ? act(inbox, out, given) : undefined
    }, spec)
    return Object.assign(process, { heard })
  }

  /** Runs until nobody is ready. */
  run(): void {
    while (this.scheduler.turn(0));
  }
}

/** `topic payload` of the messages. */
export const messages = (heard: readonly Signal[]): string[] =>
  heard.filter(({ kind }) => kind === MESSAGE).map(({ topic, payload }) => `${topic} ${payload}`.trim())
