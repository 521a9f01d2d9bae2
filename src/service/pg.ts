// The host half of `pg`, and the kind `pg.scope`: groups that know nothing of those of other scopes. All members are on this node.
//
//   pg.scope   max_groups: 10000, max_members_per_group: 10000
//
//   P1 A broadcast goes to who is a member when it begins. Whoever has no room for it misses it; a thousand members, or 4 MiB, are sent before
//      others have a turn.
//   P2 Who ends has left; other code under the same pid has not.

import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '../clock.ts'
import { Kind, WippyError } from '../error.ts'
import type { Scheduler } from '../kernel/scheduler.ts'
import { split } from '../msgpack.ts'
import type { Pid } from '../pid.ts'
import type { Entry } from '../registry/entry.ts'
import type { Handler } from '../registry/kinds.ts'
import type { EventBus } from './events.ts'
import { type GroupLimits, ProcessGroups } from './process-groups.ts'
import type { Call, Operation, Service } from './service.ts'
import { EntrySettings } from './settings.ts'
import { Subscriptions } from './subscriptions.ts'

const GROUPS = 10_000
const MEMBERS = 10_000
const AT_ONCE = { members: 1_000, bytes: 4 * 1024 ** 2 } as const
const LONGEST = 1_024 // characters of a name
const MOST_NAMES = 100 // of one call

export type PgOptions = { readonly scheduler: Scheduler; readonly bus: EventBus; readonly clock: Clock }

const invalid = (message: string): WippyError => new WippyError('PG_ARGUMENT', Kind.Invalid, message, { retryable: false })

const limitsOf = (entry: Entry): GroupLimits => {
  const settings = new EntrySettings(entry, entry.data)
  return { groups: settings.count('max_groups', GROUPS), members: settings.count('max_members_per_group', MEMBERS) }
}

const groupIn = (value: unknown): string => {
  if (typeof value === 'string' && value !== '' && value.length <= LONGEST) return value
  throw invalid(`a group is text of 1 to ${LONGEST} characters`)
}

const groupsIn = (value: unknown): readonly string[] => {
  const groups = Array.isArray(value) ? value : [value]
  if (groups.length === 0 || groups.length > MOST_NAMES) throw invalid(`groups are a list of 1 to ${MOST_NAMES}`)
  return groups.map(groupIn)
}

const topicIn = (value: unknown): string => {
  if (typeof value === 'string' && value !== '' && value.length <= LONGEST && !value.startsWith('@')) return value
  throw invalid('a topic is text that does not begin with @')
}

export class Pg {
  readonly #options: PgOptions
  readonly #scopes = new Map<string, ProcessGroups>()
  readonly #subscriptions: Subscriptions
  readonly #members = new Set<Pid>() // whose end is waited for

  readonly handler: Handler = {
    kinds: ['pg.scope'],
    prepare: ({ kind, entry }) => {
      if (kind !== 'entry.delete') limitsOf(entry)
    },
    commit: ({ kind, entry }) => {
      const known = this.#scopes.get(entry.id)
      if (kind === 'entry.delete') this.#scopes.delete(entry.id)
      else if (known) known.limits = limitsOf(entry)
      else this.#scopes.set(entry.id, this.#made(entry))
    },
  }

  constructor(options: PgOptions) {
    this.#options = options
    this.#subscriptions = new Subscriptions(options.clock)
  }

  get service(): Service {
    const members: Operation = ({ target, args: [group] }) => [this.#need(target).members(groupIn(group))]
    const names: Operation = ({ target }) => [this.#need(target).names]
    const broadcast: Operation = (call) => this.#broadcast(call)
    return {
      name: 'pg',
      operations: {
        'pg.open': ({ target }) => {
          this.#need(target)
          return [true]
        },
        'pg.join': ({ caller, target, args: [groups] }) => {
          this.#join(caller.pid, this.#need(target), groupsIn(groups))
          return [true]
        },
        'pg.leave': ({ caller, target, args: [groups] }) => {
          if (this.#need(target).leave(caller.pid, groupsIn(groups))) return [true]
          throw new WippyError('PG_NOT_JOINED', Kind.NotFound, 'pg: process not joined in group', { retryable: false })
        },
        'pg.get_members': members,
        'pg.get_local_members': members,
        'pg.which_groups': names,
        'pg.which_local_groups': names,
        'pg.broadcast': broadcast,
        'pg.broadcast_local': broadcast,
        'pg.monitor': (call) => {
          const group = groupIn(call.args[0])
          this.#subscribe(call, group)
          return [true, this.#need(call.target).members(group)]
        },
        'pg.events': (call) => {
          this.#subscribe(call, null)
          const scope = this.#need(call.target)
          return [true, Object.fromEntries(scope.names.map((name) => [name, scope.members(name)]))]
        },
        'pg.close': ({ caller, args: [tag] }) => {
          this.#subscriptions.close(caller, tag)
          return []
        },
      },
    }
  }

  #need(id: string): ProcessGroups {
    const scope = this.#scopes.get(id)
    if (scope) return scope
    throw new WippyError('PG_UNKNOWN', Kind.NotFound, `there is no pg.scope "${id}"`, { retryable: false })
  }

  /** Groups whose changes are events of the node as well. */
  #made(entry: Entry): ProcessGroups {
    const groups = new ProcessGroups(limitsOf(entry))
    groups.listen(null, ({ kind, group, pids }) =>
      this.#options.bus.publish('pg', kind, group, { Scope: entry.id, Group: group, PIDs: pids }),
    )
    return groups
  }

  #join(pid: Pid, scope: ProcessGroups, groups: readonly string[]): void {
    this.#awaitEnd(pid) // before: who is gone by now joins nothing
    scope.join(pid, groups)
  }

  #awaitEnd(pid: Pid): void {
    if (this.#members.has(pid)) return
    this.#options.scheduler.onExit(pid, () => {
      this.#members.delete(pid)
      for (const scope of this.#scopes.values()) scope.drop(pid)
    })
    this.#members.add(pid)
  }

  async #broadcast({ caller, target, raw }: Call): Promise<readonly unknown[]> {
    const { head, rest } = split(raw, 2)
    const members = this.#need(target).members(groupIn(head[0]))
    const topic = topicIn(head[1])
    const most = Math.max(1, Math.min(AT_ONCE.members, Math.floor(AT_ONCE.bytes / rest.length)))
    for (let at = 0; at < members.length; at += most) {
      if (at > 0) await nextTurn()
      for (const member of members.slice(at, at + most)) this.#send(caller.pid, member, topic, rest)
    }
    return [true]
  }

  #send(from: Pid, to: Pid, topic: string, payload: Uint8Array): void {
    try {
      this.#options.scheduler.delivery.message(from, to, topic, payload)
    } catch (error) {
      if (!(error instanceof WippyError)) throw error // it has no room, or has just ended
    }
  }

  #subscribe(call: Call, group: string | null): void {
    const scope = this.#need(call.target)
    this.#subscriptions.open(call, (hear) =>
      scope.listen(group, ({ kind, group, pids }) => hear({ system: 'pg', kind, path: group, data: { Group: group, PIDs: pids } })),
    )
  }
}
