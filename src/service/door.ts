// The door: from an ask to the operation that answers it, through the guard.
//
// Nothing leaves a process but through here. An operation answers at once (the process goes on within its turn) or later; either way the
// answer enters the mailbox. What an operation throws is a failed reply; what is not a WippyError becomes INTERNAL and is reported.
// What is not answered yet is bounded, for each process by itself: so many asks, and no more bytes than its memory could hold.
// Services may come late: the first ask of a module that was only offered waits until it is there, and those behind it wait their turn.

import { Kind, WippyError } from '../error.ts'
import type { Delivery } from '../kernel/delivery.ts'
import type { Process } from '../kernel/process.ts'
import type { Ask, AskDoor } from '../kernel/release.ts'
import { decodeArguments, encodeAll } from '../msgpack.ts'
import type { Pid } from '../pid.ts'
import type { Reply } from '../request.ts'
import type { Call, Caller, Context, Operation, Service, Terminal } from './service.ts'

/** What the app hangs on a process. */
export type Attachment = { readonly terminal: Terminal | null }

const terminalOf = (process: Process): Terminal | null => (process.attachment as Attachment | null)?.terminal ?? null

/** Whether a process reads and writes a terminal of its own. */
export const hasTerminal = (process: Process): boolean => terminalOf(process) !== null

const MOST_PENDING = 32_768 // asks
const FREE_BYTES = 64 * 1024 // that may always wait

const anonymous: Context = { values: {} }

/** A process as services see it. */
class ProcessCaller implements Caller {
  readonly #process: Process
  readonly #delivery: Delivery
  #pending = 0
  #pendingBytes = 0

  constructor(process: Process, delivery: Delivery) {
    this.#process = process
    this.#delivery = delivery
  }

  /** Throws ASKS_TOO_MANY when there is no room for an ask of so many bytes beside those that wait. */
  needRoomFor(bytes: number): void {
    const most = Math.max(this.#process.limits.memoryBytes, FREE_BYTES)
    if (this.#pending < MOST_PENDING && this.#pendingBytes + bytes <= most) return
    const message = `${this.#pending} asks of ${this.#pendingBytes} bytes are not answered yet`
    throw new WippyError('ASKS_TOO_MANY', Kind.RateLimited, message, { retryable: true, hint: 'Wait for answers before asking for more.' })
  }

  /** Counts an ask as long as it is not answered. */
  async pending<T>(bytes: number, answer: Promise<T>): Promise<T> {
    this.#pending++
    this.#pendingBytes += bytes
    try {
      return await answer
    } finally {
      this.#pending--
      this.#pendingBytes -= bytes
    }
  }

  get pid(): Pid {
    return this.#process.pid
  }
  get entry(): string {
    return this.#process.entry
  }
  get host(): string {
    return this.#process.host.id
  }
  get context(): Context {
    return (this.#process.context as Context | null) ?? anonymous
  }
  get terminal(): Terminal | null {
    return terminalOf(this.#process)
  }
  onEnd(free: () => void): () => void {
    if (this.#process.state !== 'ended') return this.#process.onEnd(free)
    queueMicrotask(free) // it asked and was gone before anybody got to it
    return () => {}
  }
  hasRoomFor(bytes: number): boolean {
    return this.#process.mailbox.hasRoomFor(bytes)
  }
  push(tag: number, values: readonly unknown[] | Uint8Array): boolean {
    return this.#delivery.push(this.#process, tag, values instanceof Uint8Array ? values : encodeAll(values))
  }
}

/** One ask on its way; arguments are decoded when somebody looks. */
class PendingCall implements Call {
  readonly caller: ProcessCaller
  readonly op: string
  readonly target: string
  readonly tag: number
  raw: Uint8Array
  readonly key: string | null
  readonly attempt = null
  #args: readonly unknown[] | null = null

  constructor(caller: ProcessCaller, ask: Ask, key: string | null, raw: Uint8Array) {
    this.raw = raw
    this.caller = caller
    this.key = key
    this.op = ask.op
    this.target = ask.target
    this.tag = ask.tag
  }

  /** It is answered later: what it says must not be gone by then. */
  keep(): void {
    this.raw = this.raw.slice()
  }

  get args(): readonly unknown[] {
    this.#args ??= decodeArguments(this.raw)
    return this.#args
  }
}

/** Says whether a caller may; throws PERMISSION_DENIED when not. */
export type Guard = (call: Call) => void

/** What durable processes have instead of the ordinary way out, where they need another. */
export type Diversion = {
  /** Whether an ask is taken care of. Only for processes whose steps are committed. */
  divert(ask: Ask, call: Call): boolean
  /** The key of an ask that stays the same however often it is asked. */
  keyOf(process: Process, tag: number): string
  /** Until when an ask has to wait of somebody who works for a durable process; null when it has not. */
  gate(caller: Caller): Promise<void> | null
}

export type DoorOptions = {
  readonly delivery: () => Delivery
  readonly guard: Guard
  /** Hears of what an operation threw and should not have. */
  readonly report: (error: unknown, op: string) => void
}

export class Door {
  diversion: Diversion | null = null
  readonly #operations = new Map<string, Operation>()
  readonly #fleeting = new Set<string>()
  readonly #offers = new Map<string, () => Promise<void>>()
  readonly #callers = new WeakMap<Process, ProcessCaller>()
  readonly #options: DoorOptions
  #underWay = 0

  constructor(options: DoorOptions) {
    this.#options = options
  }

  /** Asks that are being worked on; those for a time to come are not. */
  get underWay(): number {
    return this.#underWay
  }

  /** Makes a service's operations reachable. */
  add(service: Service): void {
    for (const [op, operation] of Object.entries(service.operations)) this.#operations.set(op, operation)
    for (const op of service.fleeting ?? []) this.#fleeting.add(op)
  }

  /** Offers a module whose operations are not here yet: `load` adds its service, or throws. Until it has, it may be called again. */
  offer(module: string, load: () => Promise<void>): void {
    this.#offers.set(module, load)
  }

  /** The modules whose operations are here, or can be. */
  get modules(): readonly string[] {
    return [...new Set([...this.#offers.keys(), ...[...this.#operations.keys()].map(moduleOf)])]
  }

  /** An operation, for a service that passes calls on to another. Loads its module. Throws OPERATION_UNKNOWN. */
  async operation(op: string): Promise<Operation> {
    if (!this.#operations.has(op)) await this.#offers.get(moduleOf(op))?.()
    const operation = this.#operations.get(op)
    if (operation === undefined) throw unknownOperation(op)
    return operation
  }

  /** The operations that are here. */
  get operations(): readonly string[] {
    return [...this.#operations.keys()]
  }

  callerOf(process: Process): ProcessCaller {
    let caller = this.#callers.get(process)
    if (caller === undefined) {
      caller = new ProcessCaller(process, this.#options.delivery())
      this.#callers.set(process, caller)
    }
    return caller
  }

  readonly ask: AskDoor = (ask) => {
    const { process } = ask
    const { diversion } = this
    const isDurable = process.commit !== null && diversion !== null
    const raw = process.commit === null && this.#fleeting.has(ask.op) ? ask.look() : ask.args()
    const call = new PendingCall(this.callerOf(process), ask, isDurable ? diversion.keyOf(process, ask.tag) : null, raw)
    if (isDurable && this.#isRefused(process, call)) return
    if (isDurable && diversion.divert(ask, call)) return
    const gate = diversion?.gate(call.caller)
    if (gate) call.keep()
    if (gate) void gate.then(() => process.state !== 'ended' && this.#admit(process, call, isDurable))
    else this.#admit(process, call, isDurable)
  }

  #admit(process: Process, call: PendingCall, isDurable: boolean): void {
    const load = this.#operations.has(call.op) ? undefined : this.#offers.get(moduleOf(call.op))
    if (load === undefined) this.#perform(process, call, isDurable)
    else void this.#performLater(process, call, load, isDurable)
  }

  /** What is diverted has passed the guard as well. */
  #isRefused(process: Process, call: PendingCall): boolean {
    try {
      this.#options.guard(call)
      return false
    } catch (error) {
      this.#fail(process, call.tag, error, call.op)
      return true
    }
  }

  async #performLater(process: Process, call: PendingCall, load: () => Promise<void>, isGuarded: boolean): Promise<void> {
    try {
      await load()
    } catch (error) {
      return this.#fail(process, call.tag, error, call.op)
    }
    this.#perform(process, call, isGuarded)
  }

  #perform(process: Process, call: PendingCall, isGuarded: boolean): void {
    const { tag, op } = call
    try {
      const operation = this.#operations.get(op)
      if (operation === undefined) throw unknownOperation(op)
      if (!isGuarded) this.#options.guard(call)
      call.caller.needRoomFor(call.raw.length)
      const answer = operation(call)
      if (answer instanceof Promise) {
        const work = op.startsWith('time.') ? 0 : 1
        this.#underWay += work
        call.caller
          .pending(call.raw.length, answer)
          .then((values) => this.#answer(process, tag, values))
          .catch((error) => this.#fail(process, tag, error, op))
          .finally(() => {
            this.#underWay -= work
          })
      } else this.#answer(process, tag, answer)
    } catch (error) {
      this.#fail(process, tag, error, op)
    }
  }

  #answer(process: Process, tag: number, answer: readonly unknown[] | Reply): void {
    if (tag === 0) return
    const delivery = this.#options.delivery()
    if (!('ok' in answer)) delivery.reply(process, tag, true, encodeAll(answer))
    else if (answer.ok) delivery.reply(process, tag, true, answer.values)
    else delivery.fail(process, tag, answer.error)
  }

  #fail(process: Process, tag: number, error: unknown, op: string): void {
    if (!(error instanceof WippyError)) this.#options.report(error, op)
    if (tag !== 0) this.#options.delivery().fail(process, tag, error instanceof WippyError ? error : broken(op))
  }
}

const moduleOf = (op: string): string => op.slice(0, op.indexOf('.'))

const unknownOperation = (op: string): WippyError =>
  new WippyError('OPERATION_UNKNOWN', Kind.Unavailable, `this node has no operation ${op}`, { retryable: false })
const broken = (op: string): WippyError =>
  new WippyError('INTERNAL', Kind.Internal, `${op} failed within the runtime`, { retryable: false })
