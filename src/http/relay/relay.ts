// One connection that stays open, as a process: what is sent to it goes to its client. `x` is `ws` for a WebSocket, `sse` for server-sent events.
//
//   to the target      x.join { client_pid, metadata }, then what the client of a WebSocket says, under `message_topic` (ws.message); x.heartbeat
//                      { client_pid, uptime, message_count, metadata } now and then; x.leave { client_pid, metadata } at the end
//   to the connection  x.control { target_pid, message_topic, metadata, heartbeat_interval }: from now on; x.close: a reason;
//                      anything else goes to the client: of a WebSocket all, of server-sent events what comes under `message_topic` (sse.message), or all for "*"
//
//   R1 It ends with its target, and says so. A target that does not take messages, and a client that does not take what is sent, lose it.
//   R2 Server-sent events can begin without a target: the client is told its pid.

import type { Clock } from '../../clock.ts'
import { defaultLimits, type Host } from '../../kernel/host.ts'
import type { Scheduler } from '../../kernel/scheduler.ts'
import { decodeAll, encodeAll } from '../../msgpack.ts'
import type { Pid } from '../../pid.ts'
import { type Fields, isFields } from '../../registry/entry.ts'
import { ListeningBody } from '../../service/listening-body.ts'
import type { Context } from '../../service/service.ts'
import { durationIn } from './duration.ts'
import type { Ending, Wire } from './wire.ts'

const HEARTBEAT_MS = 30_000
const SHORTEST_HEARTBEAT_MS = 1_000
const LARGEST = 256 * 1024 // bytes of a message to a client: it is written as JSON here
const UNSENT_BYTES = 4 * 1024 ** 2
const MAILBOX = { messages: 1_000, bytes: 4 * 1024 ** 2 }

const ended = (reason: string): Ending => ({ code: 1000, status: 503, reason })
const goingAway = (reason: string): Ending => ({ code: 1001, status: 503, reason })
const MALFORMED: Ending = { code: 1007, status: 500, reason: 'a message cannot be read' }
const TOO_LARGE: Ending = { code: 1009, status: 500, reason: 'a message is too large' }
const BUSY: Ending = { code: 1013, status: 503, reason: 'the target takes no messages' }
const TOO_SLOW: Ending = { code: 1013, status: 503, reason: 'the client is too slow' }
const FORBIDDEN: Ending = { code: 1000, status: 403, reason: 'the target may not be sent to' }
const ABSENT: Ending = { code: 1000, status: 404, reason: 'the target is not there' }

export type RelayOptions = {
  readonly scheduler: Scheduler
  readonly clock: Clock
  readonly host: Host
  /** Of the endpoint that answered. */
  readonly entry: string
  readonly context: Context
  /** Whether its client may send to a process. */
  readonly maySend: (to: string) => boolean
  readonly wire: Wire
}

/** What a process has written into its memory; null when that is nothing. */
const valuesOf = (payload: Uint8Array): readonly unknown[] | null => {
  try {
    return decodeAll(payload)
  } catch {
    return null
  }
}

const textOf = (fields: Fields, key: string): string => {
  const value = fields[key]
  return typeof value === 'string' ? value : ''
}

export class Relay {
  readonly pid: Pid
  readonly #options: RelayOptions
  readonly #body: ListeningBody
  readonly #began: number
  #target = ''
  #topic: string
  #metadata: unknown = undefined
  #heartbeatMs = HEARTBEAT_MS
  #count = 0 // what the client of a WebSocket has said, or the client of events was told
  #forget: () => void = () => {}
  #isOver = false

  /** `config`: what `x.control` may say. */
  constructor(config: Fields, options: RelayOptions) {
    const { scheduler, host, entry, context, clock, wire } = options
    this.#options = options
    this.#began = clock.nowMs()
    this.#topic = `${wire.name}.message`
    this.#body = new ListeningBody({
      message: (topic, payload) => this.#said(topic, payload),
      event: (topic, from) => this.#happened(topic, from),
    })
    const limits = { ...defaultLimits, mailbox: { ...defaultLimits.mailbox, ...MAILBOX } }
    const process = scheduler.spawn({ host, limits, body: this.#body, entry, startedAt: clock.nowMs(), parent: null, context })
    this.pid = process.pid
    process.onEnd(() => this.#end(goingAway('it was ended')))
    this.#control(config)
    if (this.#isOver) return
    wire.open(this.#target === '' ? { stream_pid: this.pid, message_topic: this.#topic, ...this.#described } : null)
    this.#beat()
  }

  /** Ends it because the server does. */
  leave(): void {
    this.#end(goingAway('the server goes away'))
  }

  /** Ends it because the client is gone. */
  lost(): void {
    this.#end(ended(''))
  }

  /** What the client said. */
  received(data: string | Uint8Array): void {
    if (this.#isOver) return
    this.#count++
    this.#tell(this.#target, this.#topic, data)
  }

  #control(config: Fields): void {
    const { wire } = this.#options
    const { metadata, message_topic: topic } = config
    if (metadata !== undefined) this.#metadata = metadata
    if (typeof topic === 'string') this.#topic = topic || `${wire.name}.message`
    const interval = durationIn(config, 'heartbeat_interval')
    if (interval !== null) this.#heartbeatMs = Math.max(interval, SHORTEST_HEARTBEAT_MS)
    wire.control(config, (reason) => this.#end(ended(reason)))
    const target = textOf(config, 'target_pid')
    const isDetaching = target === '' && config.target_pid !== undefined && !wire.isTwoWay
    if (target !== this.#target && (target !== '' || isDetaching)) this.#aim(target)
    else if (this.#target === '' && wire.isTwoWay) this.#end(ended('there is no target'))
  }

  #aim(target: string): void {
    const { scheduler, maySend } = this.#options
    const before = this.#target
    if (target !== '' && !maySend(target)) return void this.#end(FORBIDDEN)
    try {
      if (before !== '') {
        scheduler.unmonitor(this.pid, before as Pid)
        this.#tell(before, `${this.#options.wire.name}.leave`, this.#self)
      }
      this.#target = target
      if (target === '') return
      scheduler.monitor(this.pid, target as Pid)
    } catch {
      return void this.#end(ABSENT)
    }
    this.#tell(target, `${this.#options.wire.name}.join`, this.#self)
  }

  get #described(): Fields {
    return this.#metadata === undefined ? {} : { metadata: this.#metadata }
  }

  get #self(): Fields {
    return { client_pid: this.pid, ...this.#described }
  }

  #beat(): void {
    const { clock, wire } = this.#options
    this.#forget = clock.setTimer(this.#heartbeatMs, () => {
      const uptime = `${((clock.nowMs() - this.#began) / 1000).toFixed(3)}s`
      if (this.#target !== '') this.#tell(this.#target, `${wire.name}.heartbeat`, { ...this.#self, uptime, message_count: this.#count })
      if (this.#isOver) return
      wire.beat()
      this.#beat()
    })
  }

  /** A message to a target; without room for it the connection ends. */
  #tell(to: string, topic: string, value: unknown): void {
    try {
      this.#options.scheduler.delivery.message(this.pid, to, topic, encodeAll([value]))
    } catch {
      if (to === this.#target) this.#end(BUSY)
    }
  }

  #said(topic: string, payload: Uint8Array): void {
    const { wire } = this.#options
    if (payload.length > LARGEST) return void this.#end(TOO_LARGE)
    const values = valuesOf(payload)
    if (values === null) return void this.#end(MALFORMED)
    const [first] = values
    if (topic === `${wire.name}.control`) return void (isFields(first) && this.#control(first))
    if (topic === `${wire.name}.close`) return void this.#end(ended(typeof first === 'string' ? first : ''))
    if (!wire.isTwoWay && this.#topic !== '*' && topic !== this.#topic) return
    for (const data of values) wire.say(topic, data)
    if (!wire.isTwoWay) this.#count += values.length
    if (wire.unsentBytes > UNSENT_BYTES) this.#end(TOO_SLOW)
  }

  #happened(topic: string, from: string): void {
    if (topic === 'pid.exit' && from === this.#target) this.#end(ended('target process exited'))
    else if (topic === 'pid.cancel') this.#end(goingAway('it was cancelled'))
  }

  #end(ending: Ending): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#forget()
    const { scheduler, wire } = this.#options
    if (this.#target !== '') this.#tell(this.#target, `${wire.name}.leave`, this.#self)
    this.#body.finish()
    scheduler.delivery.cancel(this.pid, '') // a step, to end in
    wire.close(ending, ending !== TOO_SLOW)
  }
}
