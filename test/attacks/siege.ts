// One attack at a time, in each of the ways in which code can come to a node: what became of it, and of everybody else.

import { setImmediate as nextTurn } from 'node:timers/promises'
import { inspect } from 'node:util'
import { WippyError } from '../../src/error.ts'
import type { Body, Verdict } from '../../src/kernel/body.ts'
import type { Exit } from '../../src/kernel/exit.ts'
import type { Frames } from '../../src/kernel/frame.ts'
import type { Process } from '../../src/kernel/process.ts'
import { encodeAll, lastWords } from '../../src/msgpack.ts'
import { Sandbox } from '../../src/service/sandbox.ts'
import { PARDON } from '../../src/vm/abi.ts'
import type { LuaBody } from '../../src/vm/lua-body.ts'
import type { Attack } from './attack.ts'
import { holdsMessage, type Latency, MOST_HARD, type Neighbourhood, OPERATOR, SECRET, SLICE, Watched } from './neighbourhood.ts'

const PINGS = 16 // of each attack, at least
const NEVER_FUEL = 3_000_000 // after which an attack that may go on for ever has shown it
const ENDING_FUEL = 100_000_000 // by which every other must have ended
const NEVER_MS = 150 // the same on the clock
const ENDING_MS = 30_000
const SANDBOX = { memoryBytes: 16 * 1024 * 1024, fuel: 30_000_000, timeoutMs: 20_000, processes: 100 }
/** Of others between a message and its receiver: two turns, each with a call into C that is ended for its length, and a collection. */
const MOST_WORK = 2 * (MOST_HARD + SLICE) + PARDON
const COLD_TURNS = 4 // of an attack that is hibernated between its turns

const WHOLE = { depth: 5, maxArrayLength: 200, maxStringLength: null }

const VICTIM = 'return function() process.registry.register("victim") process.events():receive() end'

/** What an attack came to. `end`: a code, `well`, or `never`; `said`: everything that left it, as far as it is known. */
type End = { readonly end: string; readonly value: unknown; readonly said: string }

export type Outcome = End & {
  readonly attack: Attack
  readonly latencies: readonly Latency[]
  readonly leaked: boolean
  readonly left: readonly string[]
  readonly alive: boolean
  readonly broken: readonly string[]
}

/** An attack under way. */
type Assault = {
  readonly ended: Promise<End>
  /** Fuel spent so far. */
  spent(): number
  leaked(): boolean
  stop(): void
}

/** A way in which code comes to run. */
export type Way = { readonly name: string; begin(place: Neighbourhood, attack: Attack): Promise<Assault> }

const endOf = (exit: Exit): End => {
  const [value = null, error = null] = lastWords(exit.payload)
  const said = Buffer.from(exit.payload).toString('latin1')
  const code = error instanceof WippyError ? error.code : exit.ok ? 'well' : 'LUA_ERROR'
  return { end: exit.error?.code ?? code, value, said }
}

/** The body of a process that is put away before each of its first turns, as the pool does it, and so runs from its cold image. */
class Hibernated extends Watched {
  #turns: number
  #leaves = false
  constructor(body: Body, hibernates = true) {
    super(body)
    this.#turns = hibernates ? 0 : COLD_TURNS
  }
  override warm(): boolean {
    if (this.#leaves && !(this.inner as LuaBody).evict()) return false
    this.#leaves = false
    return super.warm()
  }
  override step(inbox: Frames, fuel: number, nowMs: number): Verdict {
    const verdict = super.step(inbox, fuel, nowMs)
    this.#leaves = this.#turns++ < COLD_TURNS
    return verdict
  }
}

const asProcess = (name: string, wrap: (code: string) => string, hibernates = false): Way => ({
  name,
  async begin(place, attack) {
    const { scheduler } = place.app.node
    const around = hibernates ? ({ inner }: Watched) => new Hibernated(inner) : undefined
    const it = await place.run(wrap(attack.code), 'app:attackers', place.context, attack.modules, around)
    const ended = new Promise<End>((resolve) => scheduler.onExit(it.pid, (exit) => resolve(endOf(exit))))
    if (hibernates) {
      await place.app.until(() => it.state === 'waiting' || it.state === 'ended', 'its first wait')
      if (it.state === 'waiting') scheduler.delivery.message('', it.pid, 'go', encodeAll([]))
    }
    return {
      ended,
      spent: () => it.fuel,
      leaked: () => it.body.hasLeaked,
      stop: () => scheduler.processes.find(it.pid) !== null && scheduler.terminate(it.pid),
    }
  },
})

const LISTENER = 'return function() local inbox = process.inbox() while true do inbox:receive() end end'

/** A body whose outbox is what it says, once it has had a message. */
class Forger extends Hibernated {
  readonly #bytes: Uint8Array
  #forged: Frames | null = null
  constructor(body: Body, hibernates: boolean, bytes: Uint8Array) {
    super(body, hibernates)
    this.#bytes = bytes
  }
  override step(inbox: Frames, fuel: number, nowMs: number): Verdict {
    const isAsked = holdsMessage(inbox)
    const verdict = super.step(inbox, fuel, nowMs)
    const bytes = Uint8Array.from(this.#bytes)
    this.#forged = isAsked ? { bytes, view: new DataView(bytes.buffer), start: 0, end: bytes.length } : null
    return verdict
  }
  override get outbox(): Frames {
    return this.#forged ?? super.outbox
  }
}

/** A process that writes its outbox itself. */
export const forging = (name: string, bytes: Uint8Array, hibernates: boolean): Way => ({
  name,
  async begin(place) {
    const { scheduler } = place.app.node
    const it = await place.run(LISTENER, 'app:attackers', place.context, [], ({ inner }) => new Forger(inner, hibernates, bytes))
    const ended = new Promise<End>((resolve) => scheduler.onExit(it.pid, (exit) => resolve(endOf(exit))))
    await place.app.until(() => it.state === 'waiting', 'its first wait')
    scheduler.delivery.message('', it.pid, 'go', encodeAll([]))
    return {
      ended,
      spent: () => it.fuel,
      leaked: () => false,
      stop: () => scheduler.processes.find(it.pid) !== null && scheduler.terminate(it.pid),
    }
  },
})

const inSandbox: Way = {
  name: 'in the sandbox',
  async begin(place, { code, modules }) {
    const { parts, scheduler } = place.app.node
    const sandbox = new Sandbox(parts)
    const known = modules.filter((name) => place.app.node.parts.door.modules.includes(name))
    const program = await sandbox.compile(
      {
        source: `return function() ${code}\nend`,
        method: '',
        modules: [...known, 'process'],
        imports: {},
        globals: {},
      },
      null,
    )
    let stop = (): void => {}
    const asker = {
      pid: null,
      onEnd: (end: () => void) => {
        stop = end
        return () => {}
      },
    }
    const run = sandbox.run(asker, program, { args: [], context: place.context, limits: SANDBOX })
    const it = [...scheduler.processes].findLast(({ host }) => host.id === 'eval:sandbox') as Process
    const ended = run.then(({ reply }): End => {
      if (!reply.ok) return { end: reply.error.code, value: null, said: reply.error.text }
      return endOf({ ok: true, payload: reply.values, error: null })
    })
    return { ended, spent: () => it.fuel, leaked: () => false, stop }
  },
}

const main = (code: string): string => `return function() ${code}\nend`

export const ways = {
  process: asProcess('as a process', main),
  sandbox: inSandbox,
  hibernated: asProcess('hibernated and restored', (code) => main(`process.inbox():receive(); ${code}`), true),
}

/** The ways in which Lua code may try to survive its own end. */
export const wrapped = {
  inPcall: asProcess('in pcall for ever', (code) => main(`while true do pcall(function() ${code}\nend) end`)),
  inCoroutine: asProcess('in a nested coroutine', (code) =>
    main(`coroutine.wrap(function() coroutine.wrap(function() ${code}\nend)() end)()`),
  ),
  inBoth: asProcess('in a coroutine in pcall for ever', (code) => main(`while true do pcall(coroutine.wrap(function() ${code}\nend)) end`)),
}

const NEVER: End = { end: 'never', value: null, said: '' }

const COMPUTING = /^(?:coroutine|cpu|finalizer|handler|memory|pattern|stack)\//

/** Whether an attack can be wrapped: one that only computes, and whose end says it all. */
export const canBeWrapped = ({ name, mayReturn, isAlone }: Attack): boolean => COMPUTING.test(name) && !mayReturn && !isAlone

/** Runs an attack until it has ended or has shown that it does not, with a message to the neighbour all the time. */
export const lay = async (place: Neighbourhood, way: Way, attack: Attack, pings = PINGS): Promise<Outcome> => {
  const { scheduler } = place.app.node
  const before = place.standing()
  const from = place.app.lines.length
  await place.run(VICTIM, 'app:attackers', OPERATOR)
  await place.app.until(() => scheduler.names.lookup('victim') !== undefined, 'the victim')
  const assault = await way.begin(place, attack)
  let end: End | null = null
  void assault.ended.then((it) => {
    end = it
  })
  const mayGoOn = attack.ends.includes('never') || way.name.includes('for ever')
  const [fuel, ms] = mayGoOn ? [NEVER_FUEL, NEVER_MS] : [ENDING_FUEL, ENDING_MS]
  const since = performance.now()
  const latencies: Latency[] = []
  const goesOn = (): boolean => latencies.length < pings || (end === null && assault.spent() < fuel && performance.now() - since < ms)
  while (goesOn()) latencies.push(await place.ping())
  const result = end ?? NEVER
  assault.stop()
  const left = await place.clear(before)
  await nextTurn()
  const lines = place.app.lines.splice(from)
  const broken = lines.flatMap(({ level, source, message, fields }) =>
    level === 'error' && (source === 'door' || source === 'node' || message === 'the runtime failed')
      ? [`${source}: ${message} ${inspect(fields)}`]
      : [],
  )
  const leaked = assault.leaked() || result.said.includes(SECRET) || inspect(lines, WHOLE).includes(SECRET)
  return { ...result, attack, latencies, leaked, left, broken, alive: await place.isAlive() }
}

/** How an attack may end: what pcall may catch does not end it in a loop of pcall, and in the sandbox nothing goes on for ever. */
const expectedOf = ({ ends }: Attack, { name }: Way): readonly string[] => {
  if (name.includes('for ever')) return ['never', ...ends.filter((end) => end.startsWith('PROCESS_'))]
  return name === 'in the sandbox' && ends.includes('never') ? [...ends, 'PROCESS_FUEL', 'SANDBOX_TIMEOUT'] : ends
}

/** What went wrong; nothing when the attack failed. */
export const wrongs = ({ attack, end, value, latencies, leaked, left, alive, broken }: Outcome, way: Way): string[] => {
  const expected = expectedOf(attack, way)
  const slow = latencies.reduce((most, { work }) => Math.max(most, work), 0)
  const said: string[] = []
  if (!expected.includes(end)) said.push(`it ended with ${end}, not ${expected.join(' or ')}`)
  if (!attack.mayReturn && value !== null && value !== false) said.push(`it got hold of ${String(value)}`)
  if (leaked) said.push('it told the secret')
  if (left.length > 0) said.push(`it left ${left.join('; ')}`)
  if (!alive) said.push('the node is not as it was')
  if (slow > MOST_WORK) said.push(`the neighbour waited for ${slow} units`)
  if ('polluted' in {} || 'admin' in {}) said.push('every object of the host has a new field')
  return [...said, ...broken]
}
