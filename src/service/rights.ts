// What an operation needs: the actions of the security model, each on a resource. Every operation that a process can ask for is here.
//
//   R1 An operation that no line speaks of needs the action of its own name on its target: what is forgotten is guarded, not open.
//   R2 `inside` says that the operation touches what only it can know (each entry of a change, each name of a list) and asks `Permit` itself.

import { split } from '../msgpack.ts'
import type { Pid } from '../pid.ts'
import { isFields } from '../registry/entry.ts'
import { commandText } from './command-text.ts'
import { outgoingNeeds, outgoingUrl, webSocketUrl } from './outgoing.ts'
import type { Call } from './service.ts'

/** One action on one resource, with what policies may look at besides. */
export type Demand = { readonly action: string; readonly resource: string; readonly meta?: Readonly<Record<string, unknown>> }

/** What it takes to tell what is meant. */
export type World = {
  /** The pid behind a name; null for nobody's. */
  resolve(name: string): Pid | null
}

export type Right = 'free' | 'inside' | ((call: Call, world: World) => readonly Demand[])

/** Modules of pure computation, of time, of what a process says to people, and of what it was given already: nothing to allow. */
const FREE_MODULES = new Set(
  'base64 compress crypto ctx excel expr hash html http io json logger metrics payload stream text time treesitter tty uuid yaml'.split(
    ' ',
  ),
)

const SCOPES = ['', '.eventual', '.consistent', '.strong'] // of names, by number

const own: Right = ({ op, target }) => [{ action: op, resource: target }]

/** Against a process, by pid or by name. */
const toward: Right = ({ op, target, caller }, { resolve }) => [
  { action: op, resource: resolve(target) ?? target, meta: { pid: caller.pid } },
]

/** What a builder's options need: `with_context`, `with_actor`, `with_scope`, `with_options{ network }`. */
const builder = (module: string, options: unknown, meta: Demand['meta'] = {}): Demand[] => {
  if (!isFields(options)) return []
  const demands: Demand[] = []
  if (options.context !== undefined) demands.push({ action: `${module}.context`, resource: 'context', meta })
  if (options.actor !== undefined || options.scope !== undefined) {
    demands.push({ action: `${module}.security`, resource: 'security', meta })
  }
  const { network } = isFields(options.options) ? options.options : {}
  if (typeof network === 'string' && network !== '') demands.push({ action: 'network.select', resource: network, meta })
  return demands
}

const call: Right = ({ raw, target }) => [{ action: 'funcs.call', resource: target }, ...builder('funcs', split(raw, 1).head[0])]

/**
 * Who may start a process may say what it is called, as in upstream, whose modules name what they start and ask for no more than that. Who has
 * the name already is joined; what that needs, the service asks for.
 */
const spawn: Right = ({ raw, target, caller }) => {
  const [host, how, options] = split(raw, 3).head
  const meta = { pid: caller.pid }
  const need = (action: string, resource: unknown): Demand => ({ action: `process.${action}`, resource: String(resource), meta })
  const demands = [need(how === 'exec' ? 'exec' : 'spawn', target), need('host', host)]
  const kind = String(how)
  if (kind.endsWith('monitored')) demands.push(need('spawn.monitored', target))
  if (kind.includes('linked')) demands.push(need('spawn.linked', target))
  return [...demands, ...builder('process', options, meta)]
}

const upgrade: Right = ({ target, caller }) =>
  target === '' || target === caller.entry ? [] : [{ action: 'process.spawn', resource: target, meta: { pid: caller.pid } }]

const register: Right = ({ target, args, caller }) => {
  const [owner, scope] = args
  const meta = { pid: caller.pid }
  const demands: Demand[] = [{ action: `process.registry.register${SCOPES[Number(scope)] ?? ''}`, resource: target, meta }]
  if (owner !== '' && owner !== caller.pid) demands.push({ action: 'process.registry.foreign', resource: String(owner), meta })
  return demands
}

const unregister: Right = ({ target, args, caller }) => [
  { action: `process.registry.unregister${SCOPES[Number(args[0])] ?? ''}`, resource: target, meta: { pid: caller.pid } },
]

/** A database is one right, whatever is done in it. */
const database: Right = ({ target }) => [{ action: 'db.get', resource: target }]

/** Groups of a scope: one, several, or all. Who skipped opening the scope needs the same as who did not. */
const grouped =
  (verb: string): Right =>
  ({ raw, target }) => {
    const [groups = ''] = split(raw, 1).head
    const names = Array.isArray(groups) ? groups : [groups]
    return [{ action: 'pg.open', resource: target }, ...names.map((name) => ({ action: `pg.${verb}`, resource: String(name) }))]
  }

const scoped =
  (verb: string): Right =>
  ({ target }) => [
    { action: 'pg.open', resource: target },
    { action: `pg.${verb}`, resource: '' },
  ]

/** So is a bucket. */
const bucket: Right = ({ target }) => [{ action: 'cloudstorage.get', resource: target }]

/** So is a directory. */
const directory: Right = ({ target }) => [{ action: 'fs.get', resource: target }]

/** A key of a store: policies see which one. */
const key =
  (verb: string): Right =>
  ({ raw, target }) => {
    const [first] = split(raw, 1).head
    return [{ action: `store.key.${verb}`, resource: target, meta: verb === 'list' ? { prefix: first } : { key: first } }]
  }

/** A method of an instance: who skipped opening it needs the same as who did not. */
const method: Right = ({ raw, target }) => {
  const [options] = split(raw, 1).head
  const { binding, actor, scope } = isFields(options) ? options : {}
  const demands: Demand[] = [
    { action: 'contract.call', resource: target },
    { action: 'contract.open', resource: String(binding ?? '') },
  ]
  return actor === undefined && scope === undefined
    ? demands
    : [...demands, { action: 'contract.security', resource: String(binding ?? '') }]
}

/** Without a binding the default is opened, and asked for inside. */
const open: Right = ({ target }) => (target === '' ? [] : [{ action: 'contract.open', resource: target }])

/** A request to others; redirects and private addresses are asked for inside. */
const outgoing = (address: unknown, method: unknown, options: unknown): Demand[] =>
  outgoingNeeds(outgoingUrl(String(address)), options).map(([action, resource]) => ({ action, resource, meta: { method } }))

const outgoingBatch: Right = ({ raw }) => {
  const [list] = split(raw, 1).head
  return (Array.isArray(list) ? list : []).flatMap((one) => (Array.isArray(one) ? outgoing(one[1], one[0], one[2]) : []))
}

/** A program of the system, with what decides which code it is. */
const program: Right = ({ raw, target }) => {
  const [id, options] = split(raw, 2).head
  const { env } = isFields(options) ? options : {}
  return [
    { action: 'exec.get', resource: String(id) },
    { action: 'exec.run', resource: commandText(target, isFields(env) ? env : {}) },
  ]
}

const RIGHTS: Readonly<Record<string, Right>> = {
  'env.get': 'inside',
  'env.set': 'inside',
  'env.all': 'inside',
  'events.close': 'free',
  'funcs.call': call,
  'funcs.cancel': 'free',
  'process.spawn': spawn,
  'process.upgrade': upgrade,
  'process.terminate': toward,
  'process.cancel': toward,
  'process.monitor': toward,
  'process.unmonitor': toward,
  'process.link': toward,
  'process.unlink': toward,
  'process.get_options': 'free',
  'process.set_options': 'free',
  'process.network': ({ target }) => [{ action: 'network.select', resource: target }],
  'process.registry.register': register,
  'process.registry.lookup': 'free',
  'process.registry.unregister': unregister,
  'registry.find': 'inside',
  'registry.entries': 'inside',
  'registry.current': 'free',
  'registry.version': 'free',
  'registry.versions': 'free',
  'registry.delta': 'free',
  'registry.apply': 'inside',
  'registry.apply_version': 'inside',
  'contract.open': open,
  'contract.call': method,
  'store.key.get': key('get'),
  'store.key.entry': key('get'),
  'store.key.has': key('has'),
  'store.key.set': key('set'),
  'store.key.put': key('set'),
  'store.key.delete': key('delete'),
  'store.key.list': key('list'),
  'queue.publish': ({ target }) => [
    { action: 'queue.publish', resource: '' },
    { action: 'queue.publish.queue', resource: target },
  ],
  'fs.stat': directory,
  'fs.exists': directory,
  'fs.list': directory,
  'fs.mkdir': directory,
  'fs.remove': directory,
  'fs.read': directory,
  'fs.write': directory,
  'fs.open': directory,
  'http_client.request': ({ target, raw }) => outgoing(target, ...(split(raw, 2).head as [unknown, unknown])),
  'http_client.batch': outgoingBatch,
  'exec.get': ({ target }) => [{ action: 'exec.get', resource: target }],
  'exec.prepare': program,
  'exec.start': 'free', // of what was prepared
  'exec.wait': 'free',
  'exec.signal': 'free',
  'exec.write': 'free',
  'exec.output': 'free',
  'exec.close': 'free',
  'websocket.connect': ({ target }) => [
    { action: 'websocket.connect', resource: '' },
    { action: 'websocket.connect.url', resource: webSocketUrl(target).href.replace('http', 'ws') },
  ],
  'websocket.send': 'free', // on a connection of its own
  'websocket.next': 'free',
  'websocket.ping': 'free',
  'websocket.close': 'free',
  'plugin.run': 'free', // of a process's own entry
  'queue.message': 'free',
  'queue.ack': 'free',
  'queue.nack': 'free',
  'queue.info': 'free',
  'workflow.info': 'free',
  'workflow.version': 'free',
  'workflow.attrs': 'free',
  'workflow.history_size': 'free',
  'activity.heartbeat': 'free', // of the call that runs, and nobody else's
  'activity.details': 'free',
  'activity.info': 'free',
  'template.render': ({ target }) => [{ action: 'template.get', resource: target }],
  'pg.join': grouped('join'),
  'pg.leave': grouped('leave'),
  'pg.get_members': grouped('get_members'),
  'pg.get_local_members': grouped('get_local_members'),
  'pg.which_groups': scoped('which_groups'),
  'pg.which_local_groups': scoped('which_local_groups'),
  'pg.broadcast': grouped('broadcast'),
  'pg.broadcast_local': grouped('broadcast_local'),
  'pg.monitor': grouped('monitor'),
  'pg.events': scoped('events'),
  'pg.close': 'free',
  'cloudstorage.list': bucket,
  'cloudstorage.head': bucket,
  'cloudstorage.download': bucket,
  'cloudstorage.upload': bucket,
  'cloudstorage.delete': bucket,
  'cloudstorage.presign_get': bucket,
  'cloudstorage.presign_put': bucket,
  'sql.query': database,
  'sql.execute': database,
  'sql.prepare': database,
  'sql.begin': database,
  'sql.commit': database,
  'sql.rollback': database,
  'sql.stats': database,
  'supervisor.start_child': 'inside',
  'supervisor.restart_child': 'inside',
  'supervisor.terminate_child': 'inside',
  'supervisor.delete_child': 'inside',
  'supervisor.which_children': 'inside',
  'supervisor.count_children': 'inside',
  'security.self': 'free',
  'security.can': 'free',
  'security.evaluate': 'inside',
}

/** What an operation needs. */
export const rightOf = (op: string): Right => {
  if (Object.hasOwn(RIGHTS, op)) return RIGHTS[op]!
  return FREE_MODULES.has(op.slice(0, op.indexOf('.'))) ? 'free' : own
}

/** Actions that change something: the audit has every one of them that was allowed, whoever did it. */
export const CHANGES: ReadonlySet<string> = new Set([
  'registry.apply',
  'registry.apply_version',
  'process.security',
  'funcs.security',
  'contract.security',
  'process.terminate',
  'process.registry.foreign',
  'env.set',
  'security.token.create',
  'security.token.revoke',
  'system.control',
  'system.exit',
])

/** Actions that may be allowed on everything at once, on the resource "", as well as on one thing. */
export const GENERAL: ReadonlySet<string> = new Set(['registry.apply', 'registry.apply_version'])
