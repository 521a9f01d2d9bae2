// One WebSocket of a client, as a process: what it says are messages to a target, what is sent to it are messages to the client.
//
//   to the target      ws.join { client_pid, metadata }, then what the client says, under `message_topic` (ws.message); ws.heartbeat
//                      { client_pid, uptime, message_count, metadata } now and then; ws.leave { client_pid, metadata } at the end
//   to the connection  ws.control { target_pid, message_topic, metadata, heartbeat_interval }: from now on; ws.close: a reason;
//                      anything else goes to the client as JSON: { topic, data }
//
//   R1 It ends with its target, and says so. A target that does not take messages, and a client that does not take what is sent, lose it.

import type { WebSocket } from 'ws'
import type { Clock } from '../../clock.ts'
import { defaultLimits, type Host } from '../../kernel/host.ts'
import type { Scheduler } from '../../kernel/scheduler.ts'
import { decodeAll, encodeAll } from '../../msgpack.ts'
import type { Pid } from '../../pid.ts'
import { type Fields, isFields } from '../../registry/entry.ts'
import { parseDuration } from '../../registry/units.ts'
import type { Context } from '../../service/service.ts'
import { RelayBody } from './relay-body.ts'

const HEARTBEAT_MS = 30_000
const SHORTEST_HEARTBEAT_MS = 1_000
const LARGEST = 256 * 1024 // bytes of a message to a client: it is written as JSON here
const UNSENT_BYTES = 4 * 1024 ** 2
const MAILBOX = { messages: 1_000, bytes: 4 * 1024 ** 2 }
/** Codes of closing. */
const NORMAL = 1000
const GOING_AWAY = 1001
const MALFORMED = 1007
const TOO_LARGE = 1009
const TRY_AGAIN = 1013

export type RelayOptions = {
  readonly scheduler: Scheduler
  readonly clock: Clock
  readonly host: Host
  /** Of the endpoint that answered. */
  readonly entry: string
  readonly context: Context
  /** Whether its client may send to a process. */
  readonly maySend: (to: string) => boolean
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

/** A value as JSON has it: bytes as base64, integers of 64 bits as near as there is a number. */
const plain = (_: string, value: unknown): unknown =>
  value instanceof Uint8Array ? Buffer.from(value).toString('base64') : typeof value === 'bigint' ? Number(value) : value

export class Relay {
  readonly pid: Pid
  readonly #options: RelayOptions
  readonly #socket: WebSocket
  readonly #body: RelayBody
  readonly #began: number
  #target = ''
  #topic = 'ws.message'
  #metadata: unknown = undefined
  #heartbeatMs = HEARTBEAT_MS
  #count = 0
  #forget: () => void = () => {}
  #isOver = false

  /** `config`: target_pid, and whatever else ws.control may say. */
  constructor(socket: WebSocket, config: Fields, options: RelayOptions) {
    this.#socket = socket
    this.#options = options
    this.#began = options.clock.nowMs()
    this.#body = new RelayBody({
      message: (topic, payload) => this.#said(topic, payload),
      event: (topic, from) => this.#happened(topic, from),
    })
    const { scheduler, host, entry, context, clock } = options
    const limits = { ...defaultLimits, mailbox: { ...defaultLimits.mailbox, ...MAILBOX } }
    const process = scheduler.spawn({ host, limits, body: this.#body, entry, startedAt: clock.nowMs(), parent: null, context })
    this.pid = process.pid
    process.onEnd(() => this.#end(GOING_AWAY, 'it was ended'))
    socket.on('message', (data: Buffer, isBinary: boolean) => this.#received(isBinary ? data : data.toString()))
    socket.on('error', () => {}) // its close says the same
    socket.on('close', () => this.#end(NORMAL, ''))
    this.#control(config)
    if (!this.#isOver) this.#beat()
  }

  /** Ends it because the server does. */
  leave(): void {
    this.#end(GOING_AWAY, 'the server goes away')
  }

  #control(config: Fields): void {
    const { metadata } = config
    if (metadata !== undefined) this.#metadata = metadata
    this.#topic = textOf(config, 'message_topic') || this.#topic
    const interval = textOf(config, 'heartbeat_interval')
    if (interval !== '') this.#heartbeatMs = this.#interval(interval)
    const target = textOf(config, 'target_pid')
    if (target !== '' && target !== this.#target) this.#aim(target)
    else if (this.#target === '') this.#end(NORMAL, 'there is no target')
  }

  #interval(text: string): number {
    try {
      return Math.max(parseDuration(text), SHORTEST_HEARTBEAT_MS)
    } catch {
      return this.#heartbeatMs
    }
  }

  #aim(target: string): void {
    const { scheduler, maySend } = this.#options
    const before = this.#target
    if (!maySend(target)) return void this.#end(NORMAL, 'the target may not be sent to')
    try {
      if (before !== '') {
        scheduler.unmonitor(this.pid, before as Pid)
        this.#tell(before, 'ws.leave', this.#self)
      }
      this.#target = target
      scheduler.monitor(this.pid, target as Pid)
    } catch {
      return void this.#end(NORMAL, 'the target is not there')
    }
    this.#tell(target, 'ws.join', this.#self)
  }

  get #self(): Fields {
    return { client_pid: this.pid, ...(this.#metadata !== undefined && { metadata: this.#metadata }) }
  }

  #beat(): void {
    const { clock } = this.#options
    this.#forget = clock.setTimer(this.#heartbeatMs, () => {
      const uptime = `${((clock.nowMs() - this.#began) / 1000).toFixed(3)}s`
      this.#tell(this.#target, 'ws.heartbeat', { ...this.#self, uptime, message_count: this.#count })
      if (!this.#isOver) this.#beat()
    })
  }

  #received(data: string | Uint8Array): void {
    if (this.#isOver) return
    this.#count++
    this.#tell(this.#target, this.#topic, data)
  }

  /** A message to a target; without room for it the connection ends. */
  #tell(to: string, topic: string, value: unknown): void {
    try {
      this.#options.scheduler.delivery.message(this.pid, to, topic, encodeAll([value]))
    } catch {
      if (to === this.#target) this.#end(TRY_AGAIN, 'the target takes no messages')
    }
  }

  #said(topic: string, payload: Uint8Array): void {
    if (payload.length > LARGEST) return void this.#end(TOO_LARGE, 'a message is too large')
    const values = valuesOf(payload)
    if (values === null) return void this.#end(MALFORMED, 'a message cannot be read')
    const [first] = values
    if (topic === 'ws.control') return void (isFields(first) && this.#control(first))
    if (topic === 'ws.close') return void this.#end(NORMAL, typeof first === 'string' ? first : '')
    for (const data of values) this.#socket.send(JSON.stringify({ data, topic }, plain))
    if (this.#socket.bufferedAmount > UNSENT_BYTES) this.#end(TRY_AGAIN, 'the client is too slow')
  }

  #happened(topic: string, from: string): void {
    if (topic === 'pid.exit' && from === this.#target) this.#end(NORMAL, 'target process exited')
    else if (topic === 'pid.cancel') this.#end(GOING_AWAY, 'it was cancelled')
  }

  #end(code: number, reason: string): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#forget()
    const { scheduler } = this.#options
    this.#tell(this.#target, 'ws.leave', this.#self)
    this.#body.finish()
    scheduler.delivery.cancel(this.pid, '') // a step, to end in
    this.#socket.close(code, Buffer.from(reason).subarray(0, 120).toString())
  }
}
