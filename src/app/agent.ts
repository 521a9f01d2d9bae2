// What an agent may do to a node that is no part of it: look, propose, change, call, and see what came of it. Whoever starts the agent names
// its rights; the guard decides each thing by them, and the audit has it under the agent's name.

import type { Node } from '../app.ts'
import { Kind, WippyError } from '../error.ts'
import { whenGone } from '../gone.ts'
import { decodeAll, encodeAll } from '../msgpack.ts'
import { formatPid, type Pid } from '../pid.ts'
import { type Operation, replacing } from '../registry/change.ts'
import type { Fields } from '../registry/entry.ts'
import { differenceText } from '../registry/entry-text.ts'
import { matches } from '../registry/glob.ts'
import { versionName } from '../registry/history.ts'
import { grantsOf } from '../security/grant.ts'
import { scopeOf } from '../security/scope.ts'
import { OPERATOR } from '../service/audit.ts'
import { allowing, refuseChanges } from '../service/entry-change.ts'
import { misnamed } from '../service/known-grants.ts'
import { POLICY_KINDS } from '../service/policies.ts'
import { plainOutcome } from '../service/sandbox-outcome.ts'
import { SANDBOX_POLICY } from '../service/sandbox-policy.ts'
import type { Call, Caller, Context } from '../service/service.ts'
import { entriesOf, limitOf, listOf, MOST, textOf } from './agent-input.ts'
import { sandboxOf } from './sandboxes.ts'
import { runTests, testsAmong, totalsOf } from './testing.ts'

/** Who an agent is, and what it may do: nothing that is not named. */
export type Identity = {
  readonly actor: string
  /** Actions on resources: `registry.get:app:*`. */
  readonly allow: readonly string[]
  /** Ids of `security.policy` and `sandbox.policy` entries. */
  readonly policies: readonly string[]
}

const NAME = /^[A-Za-z][\w.@-]{0,63}$/
const CALL_MS = 60_000

export class Agent {
  readonly #node: Node
  readonly #identity: Identity
  readonly #context: Context
  readonly #gone: AbortSignal

  /** `gone`: nobody waits for what it does any more. Throws AGENT_NAME, AGENT_GRANT, AGENT_POLICY. */
  constructor(node: Node, identity: Identity, gone: AbortSignal) {
    const { actor, allow, policies } = identity
    if (!NAME.test(actor) || actor === OPERATOR) {
      const hint = 'Use letters, digits, and . _ - @; the operator is somebody else.'
      throw new WippyError('AGENT_NAME', Kind.Invalid, `"${actor}" cannot be the name of an agent`, { retryable: false, hint })
    }
    this.#node = node
    this.#identity = identity
    this.#gone = gone
    this.#context = { values: {}, actor: { id: actor, meta: { agent: true } }, scope: scopeOf(policies, this.#grants(allow)) }
    for (const id of policies) {
      if ([...POLICY_KINDS, SANDBOX_POLICY].includes(node.registry.get(id)?.kind ?? '')) continue
      const hint = 'Name a security.policy or a sandbox.policy of the app, as namespace:name.'
      throw new WippyError('AGENT_POLICY', Kind.NotFound, `there is no policy "${id}"`, { retryable: false, hint })
    }
  }

  /** Does one thing by its name. Throws AGENT_UNKNOWN, AGENT_INPUT, PERMISSION_DENIED, and what doing it throws. */
  async act(name: string, input: Fields): Promise<unknown> {
    const act = Object.hasOwn(ACTS, name) ? ACTS[name] : undefined
    if (act === undefined) throw new WippyError('AGENT_UNKNOWN', Kind.NotFound, `an agent cannot ${name}`, { retryable: false })
    return await act(this, input)
  }

  rights(): unknown {
    const { actor, allow, policies } = this.#identity
    return { actor, allow, policies, version: versionName(this.#node.registry.current) }
  }

  /** Code with what it names, as far as the agent has it. */
  async run({ code, ...options }: Fields): Promise<unknown> {
    const { runner } = sandboxOf(this.#node.parts)
    if (options.policy !== undefined) this.#need('sandbox.run', String(options.policy)) // it may spend more than others
    return plainOutcome(await runner.run(this.#caller, textOf({ code }, 'code'), options, this.#context))
  }

  entries(input: Fields): unknown {
    const { kind = '*', namespace = '*' } = input
    const { permit } = this.#node.parts
    const all = [...this.#node.registry.snapshot().entries()].filter(
      (entry) => matches(String(kind), entry.kind) && matches(String(namespace), entry.ns),
    )
    const seen = all.filter(({ id }) => permit(this.#caller, 'registry.get', id))
    if (all.length > 0 && seen.length === 0) this.#need('registry.get', namespace === '*' ? '' : String(namespace))
    return { entries: seen.slice(0, MOST).map(({ id, kind, meta }) => ({ id, kind, meta })), more: Math.max(0, seen.length - MOST) }
  }

  entry(input: Fields): unknown {
    const id = textOf(input, 'id')
    this.#need('registry.get', id)
    const { kind, meta, data } = this.#node.registry.snapshot().need(id)
    return { id, kind, meta, data }
  }

  /** What a change would do: nothing is changed, and the handlers have agreed. */
  async propose(input: Fields): Promise<unknown> {
    const { registry } = this.#node
    const operations = this.#operations(input)
    const base = registry.current.id
    const pairs = operations.map((operation) => {
      const id = operation.kind === 'entry.delete' ? operation.id : operation.entry.id
      const before = registry.get(id) ?? null
      if (before) this.#need('registry.get', id)
      return { id, before, after: operation.kind === 'entry.delete' ? null : operation.entry }
    })
    await registry.check(operations, { base })
    const types = await this.#types(operations)
    return { ...types, base, diff: pairs.map(({ id, before, after }) => differenceText(id, before, after)).join('\n\n') }
  }

  async apply(input: Fields): Promise<unknown> {
    const { registry, parts } = this.#node
    const operations = this.#operations(input)
    const author = this.#identity.actor
    const { base, message = '' } = input
    const version = await registry.apply(operations, {
      author,
      message: String(message),
      allow: allowing(parts.guard, this.#caller, 'registry.apply'),
      ...(typeof base === 'number' && { base }),
    })
    parts.log.record('info', 'agent', 'registry changed', { version: version.id, author, entries: operations.length })
    return { ...(await this.#types(operations)), version: versionName(version), former: `v${version.parent}` }
  }

  /** What types say of code that comes; nothing when there is nothing to say. */
  async #types(operations: readonly Operation[]): Promise<{ readonly types?: readonly unknown[] }> {
    const { typesOfChange } = await import('../service/entry-types.ts')
    const found = typesOfChange(operations, this.#node.registry.snapshot().state)
    return found.length === 0 ? {} : { types: found.slice(0, MOST) }
  }

  async rollback({ version: wanted }: Fields): Promise<unknown> {
    const { registry, parts } = this.#node
    const from = registry.current
    const id = wanted === undefined ? from.parent : Number(String(wanted).replace(/^v/, ''))
    if (id === null) throw new WippyError('VERSION_NOT_FOUND', Kind.NotFound, `there is nothing before ${versionName(from)}`)
    if (id === from.id) this.#need('registry.apply_version', '')
    const version = await registry.applyVersion(id, allowing(parts.guard, this.#caller, 'registry.apply_version'))
    parts.log.record('info', 'agent', 'registry went to another version', {
      from: from.id,
      version: version.id,
      author: this.#identity.actor,
    })
    return { from: versionName(from), version: versionName(version) }
  }

  /** Calls a function with the agent's rights, and no others. */
  async call(input: Fields): Promise<unknown> {
    const { door, guard, clock } = this.#node.parts
    const target = textOf(input, 'id')
    const operation = await door.operation('funcs.call')
    const late = new AbortController()
    const forget = clock.setTimer(CALL_MS, () => late.abort())
    try {
      const call = this.#call('funcs.call', target, [false, ...listOf(input, 'args')], AbortSignal.any([this.#gone, late.signal]))
      guard.check(call)
      const answer = await operation(call)
      if (!('ok' in answer)) return { value: answer[0] ?? null }
      if (answer.ok) return { value: decodeAll(answer.values)[0] ?? null }
      throw late.signal.aborted
        ? new WippyError('AGENT_TIMEOUT', Kind.Timeout, `"${target}" took longer than ${CALL_MS / 1000} s`, { retryable: false })
        : answer.error
    } finally {
      forget()
    }
  }

  /** Runs tests with the agent's rights, which it hears of all the same: those among the ones that are meant that it may call. */
  async test(input: Fields): Promise<unknown> {
    const { registry, parts } = this.#node
    const { actor, allow, policies } = this.#identity
    const { namespace, timeout = '30s' } = input
    const spaces = namespace === undefined ? [] : [String(namespace)]
    const meant = testsAmong(registry.snapshot().entries(), listOf(input, 'words').map(String), spaces)
    const own = meant.filter(({ id }) => parts.permit(this.#caller, 'funcs.call', id)).slice(0, MOST)
    if (meant[0] && own.length === 0) this.#need('funcs.call', meant[0].id)
    const context = (listener: Pid): Context => ({
      ...this.#context,
      scope: scopeOf(policies, [...allow, `process.send:${listener}`]),
    })
    const tested = await runTests(this.#node, own, { context, timeout: String(timeout), gone: this.#gone })
    parts.log.record('info', 'agent', 'tests run', { author: actor, tests: own.length })
    const tests = tested.map(({ cases, ...more }) => ({ ...more, cases: cases.slice(0, MOST), more: Math.max(0, cases.length - MOST) }))
    return { ...totalsOf(tested), tests, left_out: meant.length - own.length }
  }

  logs(input: Fields): unknown {
    this.#need('system.read', 'logs')
    const lines = this.#node.parts.tail.recent().slice(-limitOf(input))
    return {
      lines: lines.map(({ timeMs, level, source, message, fields }) => ({
        ...{ time: new Date(timeMs).toISOString(), level, source, message },
        fields: Object.fromEntries([...fields].map(([name, value]) => [name, String(value)])),
      })),
    }
  }

  history(input: Fields): unknown {
    this.#need('registry.versions', '')
    const { registry } = this.#node
    const versions = [...registry.versions()].slice(-limitOf(input)).reverse()
    return {
      current: versionName(registry.current),
      versions: versions.map((version) => ({
        version: versionName(version),
        parent: version.parent === null ? null : `v${version.parent}`,
        time: new Date(version.time).toISOString(),
        author: version.author,
        message: version.message,
      })),
    }
  }

  /** What the agent itself was allowed and denied; of everybody, when it may read that. */
  async audit(input: Fields): Promise<unknown> {
    const { audit, permit } = this.#node.parts
    const { actor } = this.#identity
    const isEverybody = permit(this.#caller, 'system.read', 'audit')
    const records = await audit.read({ limit: limitOf(input), ...(!isEverybody && { actor }) })
    const seen = isEverybody ? records : records.filter((record) => record.actor === actor) // a name may look like a pattern
    return { records: seen.map((record) => ({ ...record, time: new Date(record.time).toISOString() })) }
  }

  #grants(allow: readonly string[]): readonly string[] {
    const refusal = (message: string, hint: string): WippyError =>
      new WippyError('AGENT_GRANT', Kind.Invalid, message, { retryable: false, hint })
    try {
      grantsOf(allow)
    } catch (error) {
      throw refusal((error as Error).message, 'Write for example registry.get:app:*, funcs.call:app:double or system.read:logs.')
    }
    const wrong = misnamed(allow) // a module by itself is no action either: agents have those of the sandbox
    if (wrong !== null) throw refusal(wrong.message, wrong.hint)
    return allow
  }

  #operations(input: Fields): readonly Operation[] {
    const { registry, parts } = this.#node
    const operations = replacing(registry.snapshot().state, entriesOf(input), listOf(input, 'delete').map(String))
    refuseChanges(parts.guard, this.#caller, operations, registry)
    return operations
  }

  #need(action: string, resource: string): void {
    this.#node.parts.guard.need(this.#caller, { action, resource })
  }

  get #caller(): Caller {
    return this.#callerUntil(this.#gone)
  }

  #callerUntil(gone: AbortSignal): Caller {
    return {
      pid: formatPid('agent', this.#identity.actor),
      entry: 'agent',
      host: 'agent',
      context: this.#context,
      terminal: null,
      onEnd: (free) => whenGone(gone, free),
      push: () => false,
      hasRoomFor: () => false,
    }
  }

  #call(op: string, target: string, args: readonly unknown[], gone: AbortSignal): Call {
    return { caller: this.#callerUntil(gone), op, target, tag: 1, raw: encodeAll(args), key: null, attempt: null, args }
  }
}

const ACTS: Readonly<Record<string, (agent: Agent, input: Fields) => unknown>> = {
  rights: (agent) => agent.rights(),
  run: (agent, input) => agent.run(input),
  entries: (agent, input) => agent.entries(input),
  entry: (agent, input) => agent.entry(input),
  propose: (agent, input) => agent.propose(input),
  apply: (agent, input) => agent.apply(input),
  rollback: (agent, input) => agent.rollback(input),
  call: (agent, input) => agent.call(input),
  test: (agent, input) => agent.test(input),
  logs: (agent, input) => agent.logs(input),
  history: (agent, input) => agent.history(input),
  audit: (agent, input) => agent.audit(input),
}
