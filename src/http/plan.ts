// Which routes there are, from the entries of one version of the registry: what is below each `http.service`.
//
//   http.router     meta.server, prefix, middleware, options, post_middleware, post_options
//   http.endpoint   meta.router, method, path, func
//   http.static     meta.server, path, fs, static_options: { spa: false, index: index.html, cache }, middleware, options
//
//   P1 A plan is made of one version and never changes: what a request meets is never a mixture.
//   P2 Steps are made once per version of a router, and keep what they remember when other entries change.

import { Kind, type WippyError } from '../error.ts'
import { blame } from '../registry/blame.ts'
import type { State } from '../registry/change.ts'
import { Entries, type Index } from '../registry/entries.ts'
import { type Entry, fieldsOf, resolveId } from '../registry/entry.ts'
import type { Context } from '../service/service.ts'
import { EntrySettings } from '../service/settings.ts'
import type { Site } from './files.ts'
import { type Step, stepsOf } from './middleware.ts'
import { joinPaths, type Pattern, parsePattern } from './pattern.ts'
import { type Found, RouteTable } from './route-table.ts'
import type { Surroundings } from './surroundings.ts'

export type Route = {
  /** Its entry, for handlers and firewalls. */
  readonly endpoint: string
  /** Who answers: a function, or files. */
  readonly target: string | Site
  /** Before the route is known to fit, and after: an `OPTIONS` of the server itself passes the first. */
  readonly before: readonly Step[]
  readonly after: readonly Step[]
  /** What it may do: its files, and its handler unless it is `forClients`. */
  readonly context: Context
  /** Whether its handler acts for its client, never as who its server is: there is a `token_auth` among its steps. */
  readonly forClients: boolean
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE']
const FUNCTIONS = ['function.lua']
const BY_KIND: Index = { name: 'http', keysOf: ({ kind }) => (kind.startsWith('http.') ? [kind] : []) }

type Router = Pick<Route, 'before' | 'after' | 'forClients'> & { readonly server: string; readonly prefix: string }
type Endpoint = { readonly router: string; readonly method: string; readonly path: string; readonly func: string }

/** Where the rest of a path is, for files. */
export const REST = 'path'

const referenceIn = (entry: Entry, at: 'meta.server' | 'meta.router' | 'data.func' | 'data.fs'): string => {
  const [part, field] = at.split('.') as ['meta' | 'data', string]
  const value = (part === 'meta' ? entry.meta : fieldsOf(entry))[field]
  return typeof value === 'string' && value !== '' ? resolveId(value, entry.ns) : ''
}

const invalid = (entry: Entry, path: string, message: string, hint: string): WippyError =>
  blame(entry, path, { code: 'HTTP_ENTRY', kind: Kind.Invalid, message: `"${entry.id}" ${message}`, hint })

/** Throws HTTP_ENTRY unless an entry names one of these kinds. */
const checkReference = (entry: Entry, at: Parameters<typeof referenceIn>[1], after: State, kinds: readonly string[]): void => {
  const id = referenceIn(entry, at)
  const target = after.get(id)
  if (target && kinds.includes(target.kind)) return
  const what = id === '' ? `has no ${at}` : target ? `names "${id}", which is a ${target.kind}` : `names "${id}", which does not exist`
  throw invalid(entry, at, what, `Name a ${kinds.join(' or ')} under ${at}.`)
}

const routerOf = (entry: Entry, given: Surroundings): Router => {
  const settings = new EntrySettings(entry, entry.data)
  const prefix = settings.text('prefix', '/')
  if (!prefix.startsWith('/')) throw invalid(entry, 'data.prefix', 'has a prefix that does not begin with a slash', 'For example: /api')
  return {
    server: referenceIn(entry, 'meta.server'),
    prefix,
    before: stepsOf(entry, 'middleware', settings, given),
    after: stepsOf(entry, 'post_middleware', settings, given),
    forClients: [...settings.texts('middleware'), ...settings.texts('post_middleware')].includes('token_auth'),
  }
}

const endpointOf = (entry: Entry): Endpoint => {
  const settings = new EntrySettings(entry, entry.data)
  const method = settings.text('method', 'GET').toUpperCase()
  if (!METHODS.includes(method)) throw settings.refuse('method', `is not ${METHODS.join(', ')}`)
  return { router: referenceIn(entry, 'meta.router'), method, path: settings.text('path'), func: referenceIn(entry, 'data.func') }
}

/** What an `http.static` entry says; older ones have its options among those of their middleware. */
const siteOf = (entry: Entry, settings: EntrySettings): Site => {
  const [own, other] = [settings.group('static_options'), settings.group('options')]
  const isApp = own.flag('spa', other.flag('spa', false))
  return {
    volume: referenceIn(entry, 'data.fs'),
    index: own.text('index', other.text('index', 'index.html')),
    isApp,
    cache: own.text('cache', other.text('cache', '')),
  }
}

const patternOf = (entry: Entry, prefix: string, path: string): Pattern => {
  try {
    return parsePattern(joinPaths(prefix, path.startsWith('/') ? path : `/${path}`))
  } catch (error) {
    const { message, hint } = error as WippyError
    throw invalid(entry, 'data.path', `has a path that cannot be: ${message}`, hint ?? '')
  }
}

/** What leads to a route. */
type Way = { readonly server: string; readonly method: string; readonly pattern: Pattern }

class Plan {
  /** Why entries are not in it. */
  readonly problems = new Map<string, WippyError>()
  readonly #tables = new Map<string, RouteTable<Route>>()
  readonly #endpoints = new Set<string>()

  /** The route of a server that a request takes. */
  find(server: string, method: string, parts: readonly string[]): Found<Route> {
    return this.#tables.get(server)?.find(method, parts) ?? null
  }

  /** Whether an endpoint, or a site, is in it. */
  has(endpoint: string): boolean {
    return this.#endpoints.has(endpoint)
  }

  /** The route of an entry. Throws HTTP_ROUTE_TAKEN. */
  add(entry: Entry, { server, method, pattern }: Way, route: Omit<Route, 'endpoint'>): void {
    let table = this.#tables.get(server)
    if (!table) {
      table = new RouteTable()
      this.#tables.set(server, table)
    }
    const taken = table.add(method, pattern, { endpoint: entry.id, ...route })
    if (taken === null) return void this.#endpoints.add(entry.id)
    const message = `"${entry.id}" and "${taken.endpoint}" want the same route: ${method} ${pattern.text}`
    throw blame(entry, 'data.path', {
      code: 'HTTP_ROUTE_TAKEN',
      kind: Kind.AlreadyExists,
      message,
      hint: 'Give one of them another path or method.',
    })
  }
}

export class Plans {
  readonly #given: Surroundings
  readonly #plans = new WeakMap<State, Plan>()
  readonly #routers = new WeakMap<Entry, Router>()

  constructor(given: Surroundings) {
    this.#given = given
  }

  /** The plan of a state. */
  of(state: State): Plan {
    let plan = this.#plans.get(state)
    if (plan === undefined) {
      plan = this.#make(state)
      this.#plans.set(state, plan)
    }
    return plan
  }

  /** Throws what is wrong with a router. */
  router(entry: Entry): Router {
    let router = this.#routers.get(entry)
    if (router === undefined) {
      router = routerOf(entry, this.#given)
      this.#routers.set(entry, router)
    }
    return router
  }

  /** Throws what is wrong with an entry where all are as in `after`; also when an endpoint of `now` would lose its route. */
  check(entry: Entry, now: State, after: State): void {
    if (entry.kind === 'http.router') {
      checkReference(entry, 'meta.server', after, ['http.service'])
      this.router(entry)
    } else if (entry.kind === 'http.static') {
      checkReference(entry, 'meta.server', after, ['http.service'])
      checkReference(entry, 'data.fs', after, ['fs.directory'])
    } else {
      checkReference(entry, 'meta.router', after, ['http.router'])
      checkReference(entry, 'data.func', after, FUNCTIONS)
    }
    for (const [id, problem] of this.of(after).problems) if (id === entry.id || this.of(now).has(id)) throw problem
  }

  #make(state: State): Plan {
    const plan = new Plan()
    const entries = state instanceof Entries ? state : Entries.of(state.values())
    for (const kind of ['http.endpoint', 'http.static']) {
      for (const entry of entries.by(BY_KIND).get(kind)) {
        try {
          if (kind === 'http.static') this.#addSite(plan, entry, state)
          else this.#addEndpoint(plan, entry, state)
        } catch (error) {
          plan.problems.set(entry.id, error as WippyError)
        }
      }
    }
    return plan
  }

  #addEndpoint(plan: Plan, entry: Entry, state: State): void {
    const { method, path, func, router } = endpointOf(entry)
    const above = state.get(router)
    if (above?.kind !== 'http.router') return // said of the entry when it came
    const { server, prefix, ...steps } = this.router(above)
    const context = this.#given.authority.of(entry, this.#contextOf(server, above, state))
    plan.add(entry, { server, method, pattern: patternOf(entry, prefix, path) }, { target: func, context, ...steps })
  }

  #addSite(plan: Plan, entry: Entry, state: State): void {
    const settings = new EntrySettings(entry, entry.data)
    const server = referenceIn(entry, 'meta.server')
    const pattern = patternOf(entry, settings.text('path', '/'), `/{${REST}...}`)
    const { before, forClients } = this.router(entry)
    const context = this.#contextOf(server, entry, state)
    plan.add(entry, { server, method: '*', pattern }, { target: siteOf(entry, settings), before, after: [], forClients, context })
  }

  /** What is inherited from a server, and from what stands between. */
  #contextOf(server: string, between: Entry, state: State): Context {
    const { authority } = this.#given
    const above = state.get(server)
    return authority.of(between, above ? authority.of(above) : null)
  }
}
