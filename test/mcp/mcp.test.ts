// An agent as it really comes: the official SDK's client, over both transports, to the real program.

import { once } from 'node:events'
import { createServer, request } from 'node:http'
import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { assertPlain, index, ROOT, type Running, start, wippy } from '../cli/command.ts'
import { directoryWith } from '../registry/scratch.ts'

const test = suite('wippy mcp')

const ENTRIES = `  - { name: processes, kind: process.host }
  - { name: double, kind: function.lua, source: file://double.lua, meta: { comment: twice as much } }
  - { name: secret, kind: registry.entry, password: hunter2 }
  - { name: readers, kind: security.policy, policy: { actions: registry.get, resources: "app:double", effect: allow } }
  - { name: small, kind: sandbox.policy, allow: [json], limits: { fuel: 100000 } }
  - { name: main, kind: process.lua, source: file://main.lua, modules: [io], meta: { command: { name: main, short: Wait, main: true } } }
`

const TEST = `  - { name: double_test, kind: function.lua, meta: { type: test }, source: file://double_test.lua, modules: [funcs], imports: { test: "wippy.test:test" } }
`

const appOf = (more = ''): string =>
  directoryWith({
    'src/_index.yaml': index(ENTRIES + more),
    'src/double.lua': 'return function(n) return n * 2 end',
    'src/double_test.lua': `local test = require("test")
return { main = test.run_cases(function()
  test.describe("double", function()
    test.it("is twice as much", function() test.eq(require("funcs").call("app:double", 2), 4) end)
    test.it("is not", function() test.eq(1, 2) end)
  end)
end) }`,
    'src/main.lua': 'require("io").print("up") process.events():receive()',
  })

// biome-ignore lint/suspicious/noExplicitAny: what a model would read, looked at where it is known
type Answer = { readonly isError: boolean; readonly value: any; readonly text: string }

class Agent {
  readonly client = new Client({ name: 'test', version: '1' })

  static async over(transport: unknown): Promise<Agent> {
    const agent = new Agent()
    await agent.client.connect(transport as Transport)
    return agent
  }

  async use(name: string, args: Record<string, unknown> = {}): Promise<Answer> {
    const { content, isError } = (await this.client.callTool({ name, arguments: args })) as {
      readonly content: readonly { readonly text: string }[]
      readonly isError?: boolean
    }
    const { text } = content[0]!
    return { isError: isError === true, value: JSON.parse(text), text }
  }
}

/** An agent over standard input and output, until `act` is done. */
const stdio = async (cwd: string, flags: readonly string[], act: (agent: Agent, said: () => string) => Promise<void>): Promise<void> => {
  const args = [join(ROOT, 'bin', 'wippy.js'), 'mcp', ...flags]
  const transport = new StdioClientTransport({
    command: process.execPath,
    args,
    cwd,
    stderr: 'pipe',
    env: { ...process.env, NO_COLOR: '1' } as Record<string, string>,
  })
  let said = ''
  transport.stderr!.on('data', (piece) => {
    said += piece
  })
  const agent = await Agent.over(transport)
  try {
    await act(agent, () => said)
  } finally {
    await agent.client.close()
  }
}

/** The app, running. */
const running = async (cwd: string, act: (node: Running) => Promise<void>): Promise<void> => {
  const node = start(['run'], { cwd, input: null })
  try {
    await node.said('up')
    while ((await wippy(['ps'], { cwd })).code === 7);
    await act(node)
  } finally {
    node.child.kill('SIGTERM')
    await node.ended
  }
}

const TRIPLE = {
  id: 'app.gen:triple',
  kind: 'function.lua',
  meta: { comment: 'thrice' },
  data: { source: 'return function(n) return n * 3 end' },
}
const GRANTS = [
  'registry.get:app*',
  'registry.apply:app.gen:*',
  'registry.apply_version',
  'registry.versions',
  'funcs.call:app.gen:*',
  'system.read:logs',
]
const allow = (grants: readonly string[]): string[] => grants.flatMap((grant) => ['--allow', grant])

test('tests run with the rights of the agent: what they do, it must be allowed to do', async () => {
  const tested = async (...grants: string[]) => {
    let value: Answer['value'] = null
    await stdio(appOf(TEST), allow(grants), async (agent) => {
      value = (await agent.use('run_tests', { words: ['double'], namespace: 'app', timeout: '10s' })).value
    })
    return value
  }
  const all = await tested('funcs.call:app:*')
  assert.equal([all.passed, all.failed, all.skipped, all.left_out], [1, 1, 0, 0])
  const [{ entry, cases }] = all.tests
  assert.is(entry, 'app:double_test')
  assert.equal(cases[1].failure, {
    ...{ message: 'assertion failed: expected 2, got 1', file: 'src/double_test.lua', line: 5 },
    expected: '2',
    actual: '1',
  })
  assert.match((await tested('funcs.call:app:other')).hint, 'wippy mcp --allow funcs.call:app:double_test')
  const some = await tested('funcs.call:app:double_test')
  assert.equal([some.passed, some.failed], [0, 2])
  assert.match(some.tests[0].cases[0].failure.message, 'expected 4, got nil')
})

test('without a grant there is the sandbox, and a reason for everything else; the audit has it', () =>
  stdio(appOf(), ['--actor', 'ada'], async (agent, said) => {
    assert.match(agent.client.getInstructions()!, /run_lua/)
    const { tools } = await agent.client.listTools()
    assert.ok(tools.length >= 10 && tools.every(({ inputSchema }) => inputSchema.type === 'object'))
    const ran = await agent.use('run_lua', { code: 'return function(t) return json.encode(t) end', input: { a: 1 }, allow: ['json'] })
    assert.equal([ran.isError, ran.value.ok, ran.value.value], [false, true, '{"a":1}'])
    assert.ok(ran.value.fuel > 0 && ran.value.memory > 0)
    for (const [kind, code, more] of [
      ['fuel', 'while true do end', { fuel: 1_000_000 }],
      ['timeout', 'return function() time.sleep("1h") end', { timeout: '20ms', allow: ['time'] }],
      ['memory', 'return function() local t = {} while true do t[#t + 1] = ("x"):rep(1000) .. #t end end', { memory: '4MiB' }],
      ['syntax', 'return function(', {}],
      ['runtime', 'error("boom")', {}],
      ['denied', 'return function() return funcs.call("app:double", 1) end', { allow: ['funcs.call:app:double'] }],
    ] as const) {
      const failed = await agent.use('run_lua', { code, ...more })
      assert.equal([failed.isError, failed.value.error.kind], [true, kind], failed.text)
      if (kind === 'denied') assert.equal(failed.value.denied, [{ action: 'funcs.call', resource: 'app:double', times: 1 }])
    }
    for (const [tool, args, grant] of [
      ['read_entry', { id: 'app:secret' }, 'registry.get:app:secret'],
      ['list_entries', {}, 'registry.get'],
      ['propose_change', { entries: [TRIPLE] }, 'registry.apply:app.gen:triple'],
      ['call_function', { id: 'app:double', args: [1] }, 'funcs.call:app:double'],
      ['run_lua', { code: 'return 1', policy: 'app:small' }, 'sandbox.run:app:small'],
      ['rollback', { version: 'v0' }, 'registry.apply_version'],
      ['history', {}, 'registry.versions'],
      ['read_logs', {}, 'system.read:logs'],
    ] as const) {
      const refused = await agent.use(tool, args)
      assert.equal([refused.isError, refused.value.code], [true, 'PERMISSION_DENIED'], tool)
      assert.is(refused.value.hint, `The operator can allow it: wippy mcp --allow ${grant}`)
      assert.not.match(refused.text, /hunter2/)
    }
    const { records } = (await agent.use('read_audit')).value
    assert.ok(records.every(({ actor, verdict }: { actor: string; verdict: string }) => actor === 'ada' && verdict === 'deny'))
    assert.ok(
      records.some(({ action, resource }: { action: string; resource: string }) => action === 'funcs.call' && resource === 'app:double'),
    )
    assert.match(said(), /agent "ada" works on the app here, started for it/)
  }))

test('within its grants it writes a tool, uses it, and takes it back', () => {
  const cwd = appOf()
  return stdio(cwd, ['--actor', 'dev', ...allow(GRANTS)], async (agent) => {
    assert.equal((await agent.use('my_rights')).value, { actor: 'dev', allow: GRANTS, policies: [], version: 'v0' })
    const listed = (await agent.use('list_entries', { kind: 'function.*' })).value
    assert.equal(listed, { entries: [{ id: 'app:double', kind: 'function.lua', meta: { comment: 'twice as much' } }], more: 0 })
    assert.match((await agent.use('read_entry', { id: 'app:double' })).value.data.source, /n \* 2/)

    const broken = await agent.use('propose_change', { entries: [{ ...TRIPLE, data: { source: 'return function( end' } }] })
    assert.equal([broken.isError, broken.value.code], [true, 'LUA_SYNTAX'], broken.text)
    const { proposal, diff } = (await agent.use('propose_change', { entries: [TRIPLE] })).value
    assert.match(diff, /^\+ ?id: app\.gen:triple$/m)
    assert.is((await agent.use('call_function', { id: 'app.gen:triple', args: [2] })).value.code, 'FUNCTION_NOT_FOUND')
    assert.equal((await agent.use('apply_change', { proposal, message: 'for sums' })).value, { version: 'v1', former: 'v0' })
    assert.equal((await agent.use('call_function', { id: 'app.gen:triple', args: [14] })).value, { value: 42 })
    assert.match((await agent.use('apply_change', { proposal })).value.message, /there is no proposal "p1"/)

    const mistaken = { ...TRIPLE, data: { source: 'return function(n): number return "three" end' } }
    const { types } = (await agent.use('propose_change', { entries: [mistaken] })).value
    const [{ message, ...where }, ...more] = types
    assert.equal([where.entry, where.code, where.line, where.column, more.length], ['app.gen:triple', 'E0001', 1, 35, 0])
    assert.is(message, '"three" is not assignable to number (returned)')

    const [newest] = (await agent.use('history')).value.versions
    assert.equal([newest.version, newest.author, newest.message], ['v1', 'dev', 'for sums'])
    assert.ok((await agent.use('read_logs')).value.lines.some(({ message }: { message: string }) => message === 'registry changed'))
    const { records } = (await agent.use('read_audit')).value
    assert.equal([records[0].verdict, records[0].action, records[0].resource], ['allow', 'registry.apply', 'app.gen:triple'])

    const outside = await agent.use('propose_change', { entries: [{ id: 'app:readers', kind: 'registry.entry' }] })
    assert.is(outside.value.code, 'PERMISSION_DENIED')
    const rolled = await wippy(['rollback'], { cwd })
    assert.equal([rolled.code, rolled.err], [0, ''])
    assert.is((await agent.use('call_function', { id: 'app.gen:triple', args: [2] })).value.code, 'FUNCTION_NOT_FOUND')
    assert.equal((await agent.use('rollback', { version: 'v1' })).value, { from: 'v0', version: 'v1' })
  })
})

test('code that the agent wrote may do what the agent may, and no more', () =>
  stdio(appOf(), allow([...GRANTS, 'funcs.call:app:double']), async (agent) => {
    const source =
      'return function() local r, e = require("registry").get("app:secret") local n, f = require("funcs").call("app:double", 4) return { tostring(e or r.id), tostring(f or n) } end'
    const spy = { id: 'app.gen:spy', kind: 'function.lua', data: { source, modules: ['registry', 'funcs'] } }
    const { proposal } = (await agent.use('propose_change', { entries: [spy] })).value
    await agent.use('apply_change', { proposal })
    const { value } = (await agent.use('call_function', { id: 'app.gen:spy' })).value
    assert.equal(value, ['app:secret', '8'])
    const narrow = directoryWith({
      'src/_index.yaml': index(ENTRIES),
      'src/double.lua': 'return function() end',
      'src/main.lua': 'return function() end',
    })
    await stdio(narrow, allow(['registry.apply:app.gen:*', 'funcs.call:app.gen:*']), async (other) => {
      await other.use('apply_change', { proposal: (await other.use('propose_change', { entries: [spy] })).value.proposal })
      assert.equal((await other.use('call_function', { id: 'app.gen:spy' })).value.value, [
        'permission denied: registry.get on "app:secret"',
        'permission denied: funcs.call on "app:double"',
      ])
    })
  }))

test('a change that is late is told so, and changes nothing', () =>
  stdio(appOf(), allow(GRANTS), async (agent) => {
    const first = (await agent.use('propose_change', { entries: [TRIPLE] })).value.proposal
    const second = (await agent.use('propose_change', { entries: [{ ...TRIPLE, data: { source: 'return function(n) return n end' } }] }))
      .value.proposal
    await agent.use('apply_change', { proposal: first })
    const late = await agent.use('apply_change', { proposal: second })
    assert.equal([late.isError, late.value.kind], [true, 'Conflict'], late.text)
    assert.is((await agent.use('call_function', { id: 'app.gen:triple', args: [2] })).value.value, 6)
  }))

test('what is asked wrongly is explained', () =>
  stdio(appOf(), allow(GRANTS), async (agent) => {
    for (const [tool, args, said] of [
      ['run_lua', {}, /code/],
      ['run_lua', { code: 'return 1', fule: 1 }, /fule/],
      ['read_entry', { id: 'app:none' }, /app:none/],
      ['propose_change', { entries: [{ id: 'app.gen:x' }] }, /kind/],
      ['apply_change', { proposal: 'p9' }, /there is no proposal "p9"/],
      ['rollback', { version: 'v9' }, /v9|version/],
      ['fly', {}, /there is no tool "fly"/],
    ] as const) {
      const wrong = await agent.use(tool, args)
      assert.is(wrong.isError, true, tool)
      assert.match(wrong.value.message, said)
      assert.not.match(wrong.text, /\bat .*:\d+:\d+/)
    }
  }))

test('a call that is given up ends what ran for it; so many run at once', () => {
  const cwd = appOf()
  return stdio(cwd, [], async (agent) => {
    const sleep = { code: 'return function() time.sleep("1h") end', allow: ['time'], timeout: '4m' }
    const given = new AbortController()
    const calls = Array.from({ length: 8 }, () =>
      agent.client.callTool({ name: 'run_lua', arguments: sleep }, undefined, { signal: given.signal }).then(
        () => 'answered',
        () => 'given up',
      ),
    )
    const sandboxed = async (): Promise<number> => {
      const { code, out } = await wippy(['ps', '--json'], { cwd })
      return code === 0 ? JSON.parse(out).processes.filter(({ entry }: { entry: string }) => entry === 'eval:code').length : -1
    }
    while ((await sandboxed()) !== 8);
    assert.is((await agent.use('run_lua', { code: 'return function() end' })).value.code, 'MCP_BUSY')
    given.abort()
    assert.equal([...new Set(await Promise.all(calls))], ['given up'])
    while ((await sandboxed()) !== 0);
    assert.is((await agent.use('run_lua', { code: 'return function() return 1 end' })).value.value, 1)
  })
})

const TOKEN = 'a-token-nobody-guesses'

type Http = { readonly url: URL; readonly agent: () => Promise<Agent>; readonly node: Running }

/** `wippy mcp --http`, and clients of it. */
const http = async (cwd: string, flags: readonly string[], act: (http: Http) => Promise<void>): Promise<void> => {
  const node = start(['mcp', '--http', '0', ...flags], { cwd, input: null, env: { WIPPY_MCP_TOKEN: TOKEN } })
  let said = ''
  node.child.stderr!.on('data', (piece) => {
    said += piece
  })
  const agents: Agent[] = []
  try {
    await node.said('listening on http://127.0.0.1:')
    const url = new URL(/listening on (\S+)/.exec(said)![1]!)
    const agent = async (): Promise<Agent> => {
      const made = await Agent.over(
        new StreamableHTTPClientTransport(url, { requestInit: { headers: { Authorization: `Bearer ${TOKEN}` } } }),
      )
      agents.push(made)
      return made
    }
    await act({ url, agent, node })
  } finally {
    for (const agent of agents) await agent.client.close()
    node.child.kill('SIGTERM')
    assert.is((await node.ended).code, 0)
  }
}

test('over HTTP, against a node that runs: the same, and the operator sees who it was', () => {
  const cwd = appOf()
  return running(cwd, () =>
    http(cwd, ['--actor', 'bot', '--policy', 'app:readers'], async ({ agent }) => {
      const one = await agent()
      const other = await agent()
      assert.equal((await one.use('read_entry', { id: 'app:double' })).value.id, 'app:double')
      assert.is((await other.use('read_entry', { id: 'app:secret' })).value.code, 'PERMISSION_DENIED')
      assert.is((await one.use('run_lua', { code: 'return function() return 6 * 7 end' })).value.value, 42)
      const { records } = (await one.use('read_audit')).value
      assert.equal([records[0].actor, records[0].resource], ['bot', 'app:secret'])
      const audit = await wippy(['audit', '--json'], { cwd })
      assert.match(audit.out, /"actor":\s*"bot"/)
    }),
  )
})

/** The status of a request as it is written. */
const statusOf = (
  url: URL,
  {
    body = '',
    ...options
  }: { readonly headers?: Record<string, string>; readonly method?: string; readonly path?: string; readonly body?: string },
): Promise<number> =>
  new Promise((resolve, reject) => {
    const asked = request(url, { method: 'POST', ...options }, (response) => {
      response.resume()
      resolve(response.statusCode!)
    })
    asked.once('error', reject)
    asked.end(body)
  })

test('HTTP is for who has the token, from here, in bounds', () =>
  http(directoryWith({ '.keep': '' }), [], async ({ url, agent }) => {
    const right = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
    const begin = (headers: Record<string, string>, body = '{}', path = url.pathname): Promise<number> =>
      statusOf(url, { headers, body, path })
    assert.is(await begin({}), 401)
    assert.is(await begin({ ...right, authorization: 'Bearer wrong' }), 401)
    assert.is(await begin({ ...right, host: 'evil.example' }), 403)
    assert.is(await begin({ ...right, origin: 'http://evil.example' }), 403)
    assert.is(await begin({ ...right, origin: 'null' }), 403)
    assert.is(await begin(right, '{}', '/other'), 404)
    assert.is(await begin(right, '{'), 400)
    assert.is(await begin(right, '{}'), 400)
    assert.is(await begin({ ...right, 'mcp-session-id': 'none' }), 404)
    assert.is(await begin(right, JSON.stringify({ text: 'x'.repeat(2 ** 20) })), 413)
    const made = await agent()
    assert.is((await made.use('run_lua', { code: 'return function() return 1 end' })).value.value, 1)
    for (let at = 1; at < 16; at++) await agent()
    const full = await agent().then(() => '', String)
    assert.match(full, /16 sessions already/)
  }))

test('what the operator types wrong is explained', async () => {
  const cwd = appOf()
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as { readonly port: number }
  for (const [flags, code, said] of [
    [['--policy', 'app:none'], 4, /there is no policy "app:none"/],
    [['--allow', 'no grant'], 2, /"no grant" is no grant/],
    [['--allow', 'nonsense'], 2, /there is no action "nonsense" \[AGENT_GRANT\]\n {2}→ Actions begin with cloudstorage, .*registry/],
    [['--allow', 'registry.gett:app:*'], 2, /there is no action "registry\.gett" .*\n {2}→ Did you mean "registry\.get"\?/],
    [['--allow', 'system.*:logs', '--allow', 'registy.*'], 2, /there is no action "registy\.\*" .*\n {2}→ Did you mean "registry"\?/],
    [['--http', 'eighty'], 2, /http/],
    [['--actor', 'operator'], 2, /"operator" cannot be the name of an agent/],
    [['--http', String(port)], 7, /cannot be listened on: .*\n {2}→ Choose another port, or 0/],
  ] as const) {
    const ended = await wippy(['mcp', ...flags], { cwd })
    assert.equal([ended.code, ended.out], [code, ''], ended.err)
    assert.match(ended.err, said)
    assertPlain(ended)
  }
  other.close()
})

test.run()
