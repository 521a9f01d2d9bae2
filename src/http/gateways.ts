// The kinds `http.service`, `http.router`, `http.endpoint` and `http.static`: servers under the root supervisor, and the routes they take requests to.
//
//   W1 An address is opened before a change that wants it is taken: one that cannot be had refuses the change, and all stays as it is.
//   W2 Routes are those of the version that is current when a request arrives.

import type { Clock } from '../clock.ts'
import { WippyError } from '../error.ts'
import type { Supervisor } from '../kernel/supervisor.ts'
import { blame } from '../registry/blame.ts'
import type { Change, State } from '../registry/change.ts'
import type { Entry } from '../registry/entry.ts'
import type { Lookup } from '../registry/interpolate.ts'
import type { Handler } from '../registry/kinds.ts'
import type { Registry } from '../registry/registry.ts'
import { checkSecurity } from '../service/authority.ts'
import { lifecycleOf } from '../service/lifecycle.ts'
import type { Log } from '../service/logger.ts'
import type { Meters } from '../service/meters.ts'
import type { Context } from '../service/service.ts'
import type { Exchange } from './exchange.ts'
import type { Files } from './files.ts'
import { Gateway } from './gateway.ts'
import type { Handlers } from './handlers.ts'
import { Listener } from './listener.ts'
import { measuring } from './measure.ts'
import { type Plans, REST, type Route } from './plan.ts'
import { partsOf } from './route-table.ts'
import { type ServerSettings, serverSettings } from './server-entry.ts'

export type GatewaysOptions = {
  readonly clock: Clock
  readonly log: Log
  readonly plans: Plans
  readonly handlers: Handlers
  readonly files: Files
  readonly meters: Meters
  readonly registry: Registry
  readonly supervisor: Supervisor
  readonly lookup: (after: State) => Lookup
  /** Whether the entries the app begins with are still taken in. */
  readonly isStarting: () => boolean
  /** Hears why a server does not run. */
  readonly problem: (error: WippyError) => void
  readonly report: (error: unknown) => void
}

type Next = { readonly settings: ServerSettings; readonly listener: Listener | null }

export class Gateways {
  readonly #options: GatewaysOptions
  readonly #gateways = new Map<string, Gateway>()
  readonly #next = new Map<string, Next>() // between prepare and commit
  #waiting: Entry[] = [] // to be started when the app is there

  readonly handler: Handler = {
    kinds: ['http.service', 'http.router', 'http.endpoint', 'http.static'],
    prepare: async ({ kind, entry }, after) => {
      if (kind === 'entry.delete') return
      if (entry.kind !== 'http.service') return this.#options.plans.check(entry, this.#state, after)
      lifecycleOf(entry)
      checkSecurity(entry, after)
      const settings = serverSettings(entry, this.#options.lookup(after))
      const known = this.#gateways.get(entry.id)
      const wants = known ? known.wantsAddress(settings) : lifecycleOf(entry).autoStart && !this.#options.isStarting()
      const listener = wants ? await this.#open(entry, settings) : null
      this.#next.set(entry.id, { settings, listener })
    },
    commit: (change) => {
      if (change.entry.kind === 'http.service') this.#commit(change)
    },
    discard: ({ entry }) => {
      this.#next.get(entry.id)?.listener?.close()
      this.#next.delete(entry.id)
    },
  }

  constructor(options: GatewaysOptions) {
    this.#options = options
  }

  /** Starts the servers the app begins with. Those that could not be started, and are required. */
  async begin(): Promise<readonly string[]> {
    const waiting = this.#waiting
    this.#waiting = []
    const isStarted = await Promise.all(waiting.map(({ id }) => this.#start(id)))
    return waiting.filter((entry, at) => !isStarted[at] && lifecycleOf(entry).isRequired).map(({ id }) => id)
  }

  get #state(): State {
    return this.#options.registry.snapshot().state
  }

  async #open(entry: Entry, { address }: ServerSettings): Promise<Listener> {
    try {
      return await Listener.open(address, this.#options.report)
    } catch (error) {
      throw atAddress(entry, error as WippyError)
    }
  }

  #commit({ kind, entry }: Change): void {
    const { supervisor, report, isStarting } = this.#options
    const next = this.#next.get(entry.id)
    this.#next.delete(entry.id)
    const known = this.#gateways.get(entry.id)
    if (kind === 'entry.delete') {
      this.#gateways.delete(entry.id)
      void supervisor.remove(entry.id).catch(report) // who deletes it may be what it answers with
      return
    }
    const { lifecycle, autoStart } = lifecycleOf(entry)
    if (known) {
      known.exchange(next!.settings, next!.listener)
      supervisor.update(entry.id, lifecycle)
      if (autoStart && !known.isOpen && !isStarting()) void this.#start(entry.id)
      return
    }
    const gateway = this.#gateway(entry, next!)
    this.#gateways.set(entry.id, gateway)
    supervisor.add(entry.id, gateway, { ...lifecycle, requires: [] })
    if (!autoStart) return
    if (isStarting()) this.#waiting.push(entry)
    else void this.#start(entry.id)
  }

  #gateway(entry: Entry, { settings, listener }: Next): Gateway {
    const { clock, log, meters, report } = this.#options
    const measure = measuring(meters, (message) => log.record('warn', entry.id, message))
    return new Gateway({
      settings,
      listener,
      clock,
      answer: (exchange, current) => this.#answer(entry.id, exchange, current),
      refused: (why) => measure((all) => all.count('wippy_http_refused_total', 1, { server: entry.id, why })),
      opened: (url) => log.record('info', entry.id, 'listening', { url }),
      blame: (error) => atAddress(this.#options.registry.get(entry.id) ?? entry, error),
      report,
    })
  }

  /** Whether it runs; why not is told. */
  async #start(id: string): Promise<boolean> {
    try {
      const { error } = await this.#options.supervisor.start(id)
      if (error) this.#options.problem(error)
      return error === null
    } catch (error) {
      this.#options.report(error)
      return false
    }
  }

  async #answer(server: string, exchange: Exchange, { timeouts }: ServerSettings): Promise<void> {
    const parts = partsOf(exchange.path)
    if (parts === null) return exchange.answer.refuse(400, 'this is no path')
    const plan = this.#options.plans.of(this.#state)
    const found = plan.find(server, exchange.method, parts)
    if (found === null) return exchange.answer.refuse(404, 'there is nothing here')
    if ('allowed' in found) {
      const wanted = exchange.header('access-control-request-method') ?? ''
      const other = plan.find(server, found.allowed.includes(wanted) ? wanted : found.allowed[0]!, parts)
      if (other && 'route' in other && !(await this.#pass(exchange, other.route, other.route.before))) return
      const allow = [...new Set([...found.allowed, 'OPTIONS'])].join(', ')
      exchange.answer.setHeader('Allow', allow)
      return exchange.method === 'OPTIONS' ? exchange.answer.empty(204) : exchange.answer.refuse(405, `this takes ${allow}`)
    }
    const { route } = found
    exchange.params = found.params
    if (!(await this.#pass(exchange, route, route.before)) || !(await this.#pass(exchange, route, route.after))) return
    const { handlers, files } = this.#options
    if (typeof route.target === 'string') await handlers.answer(exchange, route.target, timeouts.handlerMs)
    else await files.answer(exchange, route.target, route.context, found.params[REST] ?? '')
  }

  /** Takes an exchange through steps; whether it may go on. */
  async #pass(exchange: Exchange, { endpoint, context, forClients }: Route, steps: Route['before']): Promise<boolean> {
    if (exchange.endpoint === '') {
      exchange.endpoint = endpoint
      exchange.own = context
      if (!forClients || isNobodys(context)) exchange.context = context
    }
    for (const step of steps) {
      const done = step(exchange)
      if (done) await done
      if (exchange.answer.isBegun) return false
    }
    return true
  }
}

/** Rights that are no identity's: those of the app's own code, where no `lifecycle.security` says otherwise. */
const isNobodys = ({ actor, scope }: Context): boolean => actor === undefined && scope === undefined

const atAddress = (entry: Entry, { code, kind, message, hint, retryable }: WippyError): WippyError => {
  const { where, frame } = blame(entry, 'data.addr', { code, kind, message, hint: hint ?? '' })
  return new WippyError(code, kind, `${message}: "${entry.id}" needs it`, { where, frame, hint, retryable })
}
