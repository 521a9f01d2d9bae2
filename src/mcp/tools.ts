// The tools an agent is offered: what each is for, and what it takes.

/** JSON schema of what a tool takes. */
type Schema = { readonly type: 'object'; readonly properties: Readonly<Record<string, object>>; readonly required?: string[] }

export type Tool = {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly inputSchema: Schema & { [key: string]: unknown }
  /** Whether it only looks; whether it may take something away. */
  readonly annotations: { readonly readOnlyHint: boolean; readonly destructiveHint: boolean; readonly openWorldHint: boolean }
  /** What it is to the node (app/agent.ts). */
  readonly act: string
}

const text = (description: string): object => ({ type: 'string', description })
const count = (description: string): object => ({ type: 'integer', minimum: 1, description })
const limit = count('How many at most; 50 when not given, 200 at most.')

const looks = { readOnlyHint: true, destructiveHint: false, openWorldHint: false }
const changes = { readOnlyHint: false, destructiveHint: true, openWorldHint: false }

const takes = (properties: Readonly<Record<string, object>>, ...required: string[]): Tool['inputSchema'] => ({
  type: 'object',
  properties,
  ...(required.length > 0 && { required }),
  additionalProperties: false,
})

const ENTRY = {
  type: 'object',
  properties: {
    id: text('namespace:name'),
    kind: text('For example function.lua, library.lua, process.lua or registry.entry.'),
    meta: { type: 'object', description: 'What others find it by; comment says what it is for.' },
    data: { type: 'object', description: 'Of Lua: source (the text), modules (those it requires), method.' },
  },
  required: ['id', 'kind'],
}

export const TOOLS: readonly Tool[] = [
  {
    name: 'run_lua',
    title: 'Run Lua in the sandbox',
    description:
      'Runs Lua 5.4 in a memory and a budget of its own. The code returns a function, which gets input; what that returns is the value. Nothing is there but what computes: allow names modules (json, time, text, funcs) and actions (funcs.call:app:double), as far as you have them. The result tells how it failed (fuel, timeout, memory, stack, denied, syntax, runtime), what it took, and what it was denied.',
    inputSchema: takes(
      {
        code: text('For example: return function(n) return n * 2 end'),
        input: { description: 'What the function gets.' },
        allow: { type: 'array', items: { type: 'string' }, description: 'Modules and actions; nothing when not given.' },
        fuel: count('Units of work; 200000000 when not given.'),
        memory: text('For example 8MiB; 16MiB when not given.'),
        timeout: text('For example 500ms; 30s when not given.'),
        policy: text('A sandbox.policy entry.'),
      },
      'code',
    ),
    annotations: { ...looks, readOnlyHint: false },
    act: 'run',
  },
  {
    name: 'my_rights',
    title: 'What I may do',
    description: 'Who you are to this node, which actions on which resources you may do, and the current version.',
    inputSchema: takes({}),
    annotations: looks,
    act: 'rights',
  },
  {
    name: 'list_entries',
    title: 'List registry entries',
    description: 'The entries you may read, without their data. Needs registry.get.',
    inputSchema: takes({ kind: text('A kind; * is a wildcard.'), namespace: text('A namespace; * is a wildcard.') }),
    annotations: looks,
    act: 'entries',
  },
  {
    name: 'read_entry',
    title: 'Read a registry entry',
    description: 'One entry with its data, Lua source included. Needs registry.get.',
    inputSchema: takes({ id: text('namespace:name') }, 'id'),
    annotations: looks,
    act: 'entry',
  },
  {
    name: 'propose_change',
    title: 'Propose a change',
    description:
      'What a set of entries would change, line by line; the node has checked that it would take it. Nothing is changed. Types that do not fit in its Lua are listed under types: mend them first. Gives the name of the proposal for apply_change. Needs registry.apply for each entry, and registry.get for those that are there.',
    inputSchema: takes({
      entries: { type: 'array', items: ENTRY, description: 'Entries as they shall be: whole, whether they are there or not.' },
      delete: { type: 'array', items: { type: 'string' }, description: 'Ids of entries that shall go.' },
    }),
    annotations: looks,
    act: 'propose',
  },
  {
    name: 'apply_change',
    title: 'Apply a proposal',
    description:
      'Makes a proposal the next version, whole or not at all. It is refused when somebody else has changed one of its entries since it was proposed.',
    inputSchema: takes({ proposal: text('As propose_change named it.'), message: text('What it is for, for the history.') }, 'proposal'),
    annotations: changes,
    act: 'apply',
  },
  {
    name: 'call_function',
    title: 'Call a function',
    description: 'Calls a function entry with your rights and gives its value. Needs funcs.call.',
    inputSchema: takes({ id: text('namespace:name'), args: { type: 'array', description: 'Its arguments.' } }, 'id'),
    annotations: { ...changes, openWorldHint: true },
    act: 'call',
  },
  {
    name: 'run_tests',
    title: 'Run tests',
    description:
      'Runs entries with meta.type: test, each in a process of its own, with your rights: what they do, you must be allowed to do. Gives each case with how it ended, and of failures the message, the place, and what was expected. Needs funcs.call of each test.',
    inputSchema: takes({
      words: { type: 'array', items: { type: 'string' }, description: 'Parts of ids or suites; all tests when not given.' },
      namespace: text('Only of this namespace; app.* is app and all below it.'),
      timeout: text('How long a test may take, for example 5s; 30s when not given.'),
    }),
    annotations: { ...changes, openWorldHint: true },
    act: 'test',
  },
  {
    name: 'read_logs',
    title: 'Read the log',
    description: 'What the node logged lately, oldest first. Needs system.read:logs.',
    inputSchema: takes({ limit }),
    annotations: looks,
    act: 'logs',
  },
  {
    name: 'history',
    title: 'Versions of the registry',
    description: 'The versions there are, newest first: when, by whom, what for. Needs registry.versions.',
    inputSchema: takes({ limit }),
    annotations: looks,
    act: 'history',
  },
  {
    name: 'rollback',
    title: 'Go back to a version',
    description: 'Makes a former version current: the one before, or the one that is named. Needs registry.apply_version.',
    inputSchema: takes({ version: text('For example v3.') }),
    annotations: changes,
    act: 'rollback',
  },
  {
    name: 'read_audit',
    title: 'Read the audit',
    description: 'What was denied, and what was changed, newest first: your own; that of everybody with system.read:audit.',
    inputSchema: takes({ limit }),
    annotations: looks,
    act: 'audit',
  },
]
