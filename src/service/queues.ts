// Queues and who consumes them: the kinds `queue.driver.memory`, `queue.queue`, `queue.consumer`.
//
//   queue.queue      driver, driver_options: { memory: { max_length: 1000, max_bytes: 64MiB } }, dead_letter: { queue, max_attempts: 10 }
//   queue.consumer   see consumer.ts
//
//   Q1 Each message is a call of the consumer's function, with the code it has at that moment. Returning false, or failing, is in vain.
//   Q2 After `max_attempts` a message goes to the dead letters; without a queue for them it is dropped, and an error says so.
//   Q3 A consumer is a supervised service: when it stops it takes no more, and waits for what it has begun.

import type { Clock } from '../clock.ts'
import { Kind, WippyError } from '../error.ts'
import type { Exit } from '../kernel/exit.ts'
import type { Scheduler } from '../kernel/scheduler.ts'
import type { Supervisor } from '../kernel/supervisor.ts'
import { lastWords } from '../msgpack.ts'
import { parentIn } from '../otel/span.ts'
import type { Tracing } from '../otel/tracing.ts'
import type { Pid } from '../pid.ts'
import type { State } from '../registry/change.ts'
import { type Entry, fieldsOf, resolveId } from '../registry/entry.ts'
import type { Handler } from '../registry/kinds.ts'
import type { Registry } from '../registry/registry.ts'
import type { Authority } from './authority.ts'
import { Consumer, consumingOf } from './consumer.ts'
import type { Launcher } from './launcher.ts'
import { lifecycleOf } from './lifecycle.ts'
import { type Headers, MemoryQueue, type Message, type QueueLimits } from './memory-queue.ts'
import { errorOf } from './outcome.ts'
import type { Context } from './service.ts'
import { EntrySettings } from './settings.ts'

const ATTEMPTS = 10
const LENGTH = 1000
const BYTES = 64 * 1024 ** 2

type Queue = { readonly id: string; readonly queue: MemoryQueue; deadLetters: string | null }

/** A message in the hands of a process. */
export type Delivery = { readonly message: Message; settle(isDone: boolean): boolean }

export type QueuesOptions = {
  readonly authority: Authority
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly launcher: Launcher
  readonly registry: Registry
  readonly supervisor: Supervisor
  readonly report: (error: unknown) => void
  /** Null when nothing is traced. */
  readonly tracing: Tracing | null
}

const reference = (entry: Entry, settings: EntrySettings, field: string, after: State, kind: RegExp): string => {
  const id = resolveId(settings.text(field), entry.ns)
  const target = after.get(id)
  if (target && kind.test(target.kind)) return id
  throw settings.refuse(field, target ? `names "${id}", which is a ${target.kind}` : `names "${id}", which does not exist`)
}

const limitsOf = (settings: EntrySettings): QueueLimits => {
  const memory = settings.group('driver_options').group('memory')
  return {
    maxLength: memory.count('max_length', LENGTH),
    maxBytes: memory.bytes('max_bytes', BYTES),
    maxAttempts: settings.group('dead_letter').count('max_attempts', ATTEMPTS),
  }
}

const deadLettersOf = (entry: Entry, settings: EntrySettings): string | null => {
  const queue = settings.group('dead_letter').text('queue', '')
  return queue === '' ? null : resolveId(queue, entry.ns)
}

export class Queues {
  readonly #options: QueuesOptions
  readonly #queues = new Map<string, Queue>()
  readonly #consumers = new Map<string, Consumer>()
  readonly #deliveries = new Map<Pid, Delivery>()

  readonly handler: Handler = {
    kinds: ['queue.driver.memory', 'queue.queue', 'queue.consumer'],
    prepare: ({ kind, entry }, after) => {
      if (kind === 'entry.delete' || entry.kind === 'queue.driver.memory') return
      const settings = new EntrySettings(entry, fieldsOf(entry))
      if (entry.kind === 'queue.queue') {
        reference(entry, settings, 'driver', after, /^queue\.driver\./)
        limitsOf(settings)
        if (deadLettersOf(entry, settings)) reference(entry, settings.group('dead_letter'), 'queue', after, /^queue\.queue$/)
        return
      }
      reference(entry, settings, 'queue', after, /^queue\.queue$/)
      reference(entry, settings, 'func', after, /^(?:function|process)\.lua$/)
      consumingOf(entry)
      lifecycleOf(entry)
    },
    commit: ({ kind, entry }) => {
      if (entry.kind === 'queue.queue') this.#setQueue(entry, kind === 'entry.delete')
      else if (entry.kind === 'queue.consumer') this.#setConsumer(entry, kind === 'entry.delete')
    },
  }

  constructor(options: QueuesOptions) {
    this.#options = options
  }

  /** Throws QUEUE_NOT_FOUND, QUEUE_FULL. */
  publish(id: string, message: Message): void {
    this.#need(id).queue.add(message)
  }

  /** How many messages a queue has, and how many consume it. */
  info(id: string): { readonly messages: number; readonly consumers: number } {
    const consumers = [...this.#consumers.values()].filter(({ consuming, isOpen }) => isOpen && consuming.queue === id)
    return { messages: this.#need(id).queue.length, consumers: consumers.length }
  }

  /** What a process is working on. */
  deliveryOf(pid: Pid): Delivery | undefined {
    return this.#deliveries.get(pid)
  }

  close(): void {
    for (const { queue } of this.#queues.values()) queue.close()
  }

  /** Lets a consumer have what waits, as far as it may. */
  #feed(consumer: Consumer): void {
    const of = this.#queues.get(consumer.consuming.queue)
    while (of && consumer.hasRoom) {
      const message = of.queue.take()
      if (message === undefined) return
      this.#deliver(of, consumer, message)
    }
  }

  #need(id: string): Queue {
    const queue = this.#queues.get(id)
    if (queue) return queue
    throw new WippyError('QUEUE_NOT_FOUND', Kind.Internal, `queue "${id}" not found`, { retryable: false })
  }

  #setQueue(entry: Entry, isGone: boolean): void {
    const known = this.#queues.get(entry.id)
    if (isGone) {
      known?.queue.close()
      this.#queues.delete(entry.id)
      return
    }
    const settings = new EntrySettings(entry, fieldsOf(entry))
    const limits = limitsOf(settings)
    const of = known ?? { id: entry.id, queue: new MemoryQueue(this.#options.clock, limits), deadLetters: null }
    of.queue.limits = limits
    of.queue.wake = () => this.#wake(entry.id)
    of.deadLetters = deadLettersOf(entry, settings)
    this.#queues.set(entry.id, of)
  }

  #setConsumer(entry: Entry, isGone: boolean): void {
    const { supervisor, report } = this.#options
    const known = this.#consumers.get(entry.id)
    if (isGone) {
      this.#consumers.delete(entry.id)
      void supervisor.remove(entry.id).catch(report) // who deletes it may be what it runs
      return
    }
    const { lifecycle, autoStart } = lifecycleOf(entry)
    if (known) {
      known.take(entry)
      supervisor.update(entry.id, lifecycle)
      this.#feed(known)
      return
    }
    const consumer = new Consumer(entry, this.#options.scheduler, (consumer) => this.#feed(consumer))
    this.#consumers.set(entry.id, consumer)
    supervisor.add(entry.id, consumer, { ...lifecycle, requires: [] })
    if (autoStart) void supervisor.start(entry.id).catch(report)
  }

  #wake(queue: string): void {
    for (const consumer of this.#consumers.values()) if (consumer.consuming.queue === queue) this.#feed(consumer)
  }

  #deliver(of: Queue, consumer: Consumer, message: Message): void {
    const { launcher, registry, scheduler } = this.#options
    let isSettled = false
    const settle = (isDone: boolean, why?: WippyError): boolean => {
      if (isSettled) return false
      isSettled = true
      if (isDone) of.queue.remove(message)
      else this.#failed(of, message, why)
      return true
    }
    try {
      const entry = registry.get(consumer.consuming.func)
      if (!entry) throw new WippyError('FUNCTION_NOT_FOUND', Kind.NotFound, `function "${consumer.consuming.func}" not found`)
      const { pid } = launcher.call(entry, { args: message.body, context: this.#contextFor(of, consumer, message) })
      if (consumer.consuming.autoAck) settle(true) // what could not be begun is not done
      this.#deliveries.set(pid, { message, settle })
      consumer.began(pid)
      scheduler.onExit(pid, (exit) => {
        this.#deliveries.delete(pid)
        settle(isDone(exit), exit.ok ? undefined : errorOf(exit))
        consumer.ended(pid)
      })
    } catch (error) {
      settle(false, error as WippyError)
    }
  }

  /** What a call for a message may do, and where in a trace it is. */
  #contextFor({ id }: Queue, { entry }: Consumer, { id: message, headers }: Message): Context {
    const context = this.#options.authority.of(entry)
    const parent = this.#options.tracing?.queue ? parentIn(headers.traceparent) : null
    if (parent === null) return context
    const attributes = { 'messaging.operation': 'process', 'messaging.destination.name': id, 'messaging.message.id': message }
    return { ...context, trace: { parent, kind: 'consumer', attributes } }
  }

  #failed(of: Queue, message: Message, why: WippyError | undefined): void {
    const attempts = message.attempts + 1
    if (attempts < of.queue.limits.maxAttempts) {
      of.queue.retry(message)
      return
    }
    const reason = why?.text ?? 'it was refused'
    if (of.deadLetters === null) {
      of.queue.remove(message)
      this.#options.report(
        new WippyError(
          'QUEUE_DROPPED',
          Kind.Internal,
          `message ${message.id} of "${of.id}" was dropped after ${attempts} attempts: ${reason}`,
        ),
      )
      return
    }
    try {
      const headers: Headers = { ...message.headers, dead_letter_queue: of.id, dead_letter_attempts: attempts, dead_letter_reason: reason }
      this.publish(of.deadLetters, { ...message, headers, attempts: 0 })
      of.queue.remove(message)
    } catch (error) {
      this.#options.report(error)
      of.queue.retry(message) // where the dead letters go there is no room: it is kept here
    }
  }
}

const isDone = (exit: Exit): boolean => exit.ok && lastWords(exit.payload)[0] !== false
