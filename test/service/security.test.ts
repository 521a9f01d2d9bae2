import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Draft, failure, func, library, proc, service, type TestApp, withApp } from '../support/app.ts'

const test = suite('security')

const MODULES = ['ctx', 'env', 'events', 'funcs', 'registry', 'security', 'system', 'time']
const secure = { modules: MODULES }

const allow = (actions: unknown, resources: unknown = '*', more: Readonly<Record<string, unknown>> = {}): Draft => ({
  kind: 'security.policy',
  policy: { actions, resources, effect: 'allow' },
  ...more,
})
const deny = (actions: unknown, resources: unknown = '*', conditions: readonly unknown[] = []): Draft => ({
  kind: 'security.policy',
  policy: { actions, resources, effect: 'deny', conditions },
})

const policies = {
  all: allow('*', '*', { groups: ['everybody'] }),
  reading: allow(['read', 'list'], '*', { groups: ['everybody', 'readers'] }),
  no_secrets: deny('*', 'secret.*'),
  owner: {
    kind: 'security.policy.expr',
    policy: { actions: '*', resources: '*', effect: 'allow', expression: 'meta.owner == actor.id' },
  },
}

const lua = (name: string, drafts: Readonly<Record<string, Draft>>, code: string, expected: unknown) =>
  test(name, () =>
    withApp({ ...policies, ...drafts }, async (app) => {
      assert.equal(await app.eval(code, secure), expected)
    }),
  )

/** What the calls in `code` are answered, as "kind text" or the value; run by code with these policies. */
const tries = (code: string): Draft =>
  func(
    `return function(...)
       local out = {}
       local function try(value, err) out[#out + 1] = err and (err:kind() .. ": " .. err:message()) or tostring(value) end
       ${code}
       return out
     end`,
    secure,
  )

const as = (policy: string, id = 'app:agent', ...args: readonly string[]): string =>
  `local scope = security.new_scope({ assert(security.policy("${policy}")) })
   return funcs.new():with_actor(security.new_actor("ada")):with_scope(scope):call("${id}"${args.map((arg) => `, ${arg}`).join('')})`

lua(
  'who may not choose a network hears of it where it is chosen',
  {
    no_tor: deny('network.select', 'app:tor'),
    agent: tries(`
      try(funcs.new():with_options({ network = "app:tor" }))
      local allowed, err = pcall(process.with_options, { network = "app:tor" })
      out[#out + 1] = tostring(allowed) .. " " .. err:kind()
      allowed, err = pcall(function() return process.with_context({}):with_options({ network = "app:tor" }) end)
      out[#out + 1] = tostring(allowed) .. " " .. err:kind()
      for _, options in ipairs({ { network = "app:other" }, { network = "" }, { retry = {} }, { network = 1 } }) do
        out[#out + 1] = type(funcs.new():with_options(options)) .. " " .. type(process.with_options(options))
      end`),
  },
  `local scope = security.new_scope({ assert(security.policy("app:all")), assert(security.policy("app:no_tor")) })
   return funcs.new():with_actor(security.new_actor("ada")):with_scope(scope):call("app:agent")`,
  [
    'PermissionDenied: permission denied: network.select on "app:tor"',
    'false PermissionDenied',
    'false PermissionDenied',
    ...Array(4).fill('userdata userdata'),
  ],
)

lua(
  'without an actor and a scope there is none, and nothing is allowed by policies',
  {},
  'return { security.actor() == nil, security.scope() == nil, security.can("read", "x") }',
  [true, true, false],
)

lua(
  'actors, scopes and policies are values that say what they are',
  {},
  `local ada = security.new_actor("ada", { team = "core" })
   local scope = security.named_scope("app:everybody")
   local less = scope:without("app:all")
   local more = less:with(security.policy("app:no_secrets"))
   local ids = {}
   for i, policy in ipairs(more:policies()) do ids[i] = policy:id() end
   return { ada:id(), ada:meta().team, type(ada), #scope:policies(), scope:contains("app:all"), less:contains({ ns = "app", name = "all" }), ids }`,
  ['ada', 'core', 'userdata', 2, true, false, ['app:no_secrets', 'app:reading']],
)

lua(
  'scopes and policies say allow, deny or undefined',
  {},
  `local ada = security.new_actor("ada")
   local scope = security.new_scope({ security.policy("app:reading"), security.policy("app:no_secrets") })
   local owner = security.policy("app:owner")
   return { scope:evaluate(ada, "read", "x"), scope:evaluate(ada, "write", "x"), scope:evaluate(ada, "read", "secret.key"),
     owner:evaluate(ada, "write", "x", { owner = "ada" }), owner:evaluate(ada, "write", "x", { owner = "bob" }), owner:evaluate(ada, "write", "x"),
     scope:policies()[1]:evaluate(ada, "write", "secret.x") }`,
  ['allow', 'undefined', 'deny', 'allow', 'undefined', 'undefined', 'deny'],
)

lua(
  'what is not there is NotFound',
  {},
  `local out = {}
   for i, call in ipairs{ security.policy, security.named_scope, security.token_store } do
     local value, err = call("app:none")
     out[i] = { value == nil, err:kind() }
   end
   return out`,
  [
    [true, 'NotFound'],
    [true, 'NotFound'],
    [true, 'NotFound'],
  ],
)

const whoami = `local actor, scope = security.actor(), security.scope()
  return { actor and actor:id(), scope and #scope:policies(), ctx.get("key"), security.can("read", "x"), security.can("write", "x") }`

lua(
  'actor, scope and values are inherited through calls and spawns',
  {
    leaf: func(`return function() ${whoami} end`, secure),
    middle: proc('return function() return funcs.call("app:leaf") end', secure),
    top: func('return function() return process.exec("app:middle", "app:processes") end', secure),
    policy: allow(['funcs.call', 'process.*', 'read']),
  },
  `local scope = security.new_scope({ security.policy("app:policy") })
   local call = funcs.new():with_context({ key = "value" }):with_actor(security.new_actor("ada")):with_scope(scope)
   return call:call("app:top")`,
  ['ada', 1, 'value', true, false],
)

lua(
  'a scope holds without an actor as well, and cannot be taken off',
  {
    agent: tries('try(system.hosts.list()) try(funcs.new():with_actor(security.new_actor("root")):call("app:turn"))'),
    policy: allow('security.*'),
  },
  `local scope = security.new_scope({ security.policy("app:reading") })
   local ok, err = funcs.new():with_scope(scope):call("app:agent")
   return tostring(err)`,
  'permission denied: security.actor.create on "root"',
)

lua(
  'handing on an identity is a right of its own',
  {
    agent: tries(`local me, mine = security.actor(), security.scope()
      try(funcs.new():with_actor(me):call("app:turn"))
      try(process.with_context({}):with_scope(mine):spawn("app:idle", "app:processes"))
      try(funcs.new():with_context({ a = 1 }):call("app:turn"))
      try(funcs.call("app:turn"))`),
    idle: proc('return function() end'),
    policy: allow(['funcs.call', 'process.spawn', 'process.host', 'process.context']),
  },
  as('app:policy'),
  [
    'PermissionDenied: permission denied: funcs.security on "security"',
    'PermissionDenied: permission denied: process.security on "security"',
    'PermissionDenied: permission denied: funcs.context on "context"',
    'nil',
  ],
)

// What a process sends is its own invention: an ask by hand, past the module of Lua.
lua(
  'an actor or a scope that this node did not give to this process is refused',
  {
    seals: func('return function() return { security.new_actor("root")[1], security.named_scope("app:everybody")[1] } end', secure),
  },
  `local stolen = funcs.call("app:seals")
   local mine = security.new_actor("me")
   local forged = { stolen[1], "", "xxx", mine[1]:sub(1, 30) .. (mine[1]:sub(31, 31) == "A" and "B" or "A") .. mine[1]:sub(32), 7, { id = "root" }, stolen[2] }
   local out = {}
   for i, seal in ipairs(forged) do
     local fake = security.new_actor("me")
     fake[1] = seal
     local built, executor = pcall(function() return funcs.new():with_actor(fake) end)
     if built then
       local _, err = executor:call("app:turn")
       out[i] = err and err:kind() or "taken"
     else
       out[i] = "raised"
     end
   end
   return out`,
  Array(7).fill('PermissionDenied'),
)

lua(
  'anything but an actor is no actor',
  {},
  `local out = {}
   for i, value in ipairs{ "root", { id = "root" }, security.new_scope() } do
     out[i] = pcall(function() return funcs.new():with_actor(value) end)
   end
   return out`,
  [false, false, false],
)

// Code that was made at run time.

const generated = tries(`
  try(process.spawn("app:idle", "app:processes"))
  try(process.send(..., "hello"))
  try(funcs.call("app:turn"))
  try(registry.get("app:turn"))
  try(#registry.find({ [".ns"] = "app" }))
  try(registry.snapshot():changes():delete("app:turn"):apply())
  try(registry.apply_version(registry.current_version()))
  try(events.send("orders", "new", "/1"))
  try(env.get("NAME"))
  try(env.set("NAME", "x"))
  try(system.memory.stats())
  try(process.terminate(...))
  try(process.monitor(...))
  try(process.registry.register("boss"))
  try(process.send(process.pid(), "own"))
  out[#out + 1] = tostring(select(2, pcall(security.new_actor, "root")))
  out[#out + 1] = tostring(select(2, pcall(security.new_scope)))
  try(1 + 1)`)

const NAME: Readonly<Record<string, Draft>> = {
  memory: { kind: 'env.storage.memory' },
  name: { kind: 'env.variable', variable: 'NAME', storage: 'app:memory', default: 'n' },
  idle: proc('return function() process.events():receive() end'),
}

const denial = (action: string, resource = '') => `PermissionDenied: permission denied: ${action}${resource ? ` on "${resource}"` : ''}`

test('code made at run time may compute, and do nothing else, whoever calls it', () =>
  withApp({ ...policies, ...NAME }, async (app) => {
    await app.make('app:generated', generated)
    const [said, pid] = (await app.eval('local pid = process.pid() return { funcs.call("app:generated", pid), pid }', secure)) as [
      string[],
      string,
    ]
    assert.equal(said, [
      denial('process.spawn', 'app:idle'),
      denial('process.send', pid),
      denial('funcs.call', 'app:turn'),
      denial('registry.get', 'app:turn'),
      '0',
      denial('registry.apply', 'app:turn'),
      denial('registry.apply_version'),
      denial('events.send', 'orders'),
      denial('env.get', 'NAME'),
      denial('env.set', 'NAME'),
      denial('system.read', 'memory'),
      denial('process.terminate', pid),
      denial('process.monitor', pid),
      denial('process.registry.register', 'boss'),
      'true',
      'permission denied: security.actor.create on "root"',
      'permission denied: security.scope.create on "custom"',
      '2',
    ])
  }))

test('with a scope it may do what the scope allows', () =>
  withApp({ ...policies, idle: proc('return function() end') }, async (app) => {
    await app.make('app:agent', tries('try(process.spawn("app:idle", "app:processes"))'))
    const [pid] = (await app.eval(as('app:all'), secure)) as string[]
    assert.match(pid ?? '', /^\{app:processes\|/)
  }))

test('a library changed at run time takes the rights of all that import it; taking it back gives them again', () =>
  withApp(
    {
      lib: library('return { value = 1 }'),
      user: func('local lib = require("lib") return function() return { lib.value, (system.memory.stats() ~= nil) } end', {
        imports: { lib: 'app:lib' },
      }),
    },
    async (app) => {
      const call = () => app.eval('return funcs.call("app:user")')
      assert.equal(await call(), [1, true])
      const before = app.node.registry.current.id
      await app.make('app:lib', library('return { value = 2 }'))
      assert.equal(await call(), [2, false])
      await app.node.registry.applyVersion(before)
      assert.equal(await call(), [1, true])
    },
  ))

test('a process that upgrades to code made at run time leaves its rights behind', () =>
  withApp({ begins: proc('return function(id) process.upgrade(id) end') }, async (app) => {
    await app.make('app:after', proc('return function() local _, err = system.memory.stats() return err and err:kind() end'))
    assert.is(await app.eval('return process.exec("app:begins", "app:processes", "app:after")'), 'PermissionDenied')
  }))

test('a service that was made at run time has no rights, whatever it runs; one of the files has', () =>
  withApp(
    { reports: proc('return function(name) local _, err = events.send("seen", name, "/") logger:info(name .. tostring(err)) end') },
    async (app) => {
      const made = { ...service('reports'), input: ['made: '] }
      await app.make('app:made', made)
      await app.logged('made: permission denied: events.send on "seen"')
      await app.put('app:saved', { ...made, input: ['saved: '] })
      await app.logged('saved: nil')
    },
  ))

/** A supervisor of temporary children, started with the app when it has rights of its own. */
const supervised = (children: readonly string[], security?: Readonly<Record<string, unknown>>): Draft => ({
  kind: 'process.supervisor',
  host: 'app:processes',
  children: children.map((process) => ({ id: process, process, restart: 'temporary' })),
  lifecycle: { auto_start: children.includes('inner'), ...(security && { security }) },
})

test('what a service or a supervisor runs has the actor and the scope of its lifecycle, or of the one above it', () =>
  withApp(
    {
      ...policies,
      reports: proc(
        `return function() logger:info(security.actor():id() .. tostring(security.can("read", "x")) .. tostring(security.can("write", "x"))) end`,
        {
          modules: [...MODULES, 'logger'],
        },
      ),
      by_policy: service('reports', { security: { actor: { id: 'p' }, policies: ['app:reading'] } }),
      by_group: service('reports', { security: { actor: { id: 'g' }, groups: ['everybody'] } }),
      tree: supervised(['reports', 'inner', 'lent'], { actor: { id: 't' }, policies: ['app:reading'] }),
      inner: supervised(['reports'], { actor: { id: 'i' }, groups: ['everybody'] }),
      lent: supervised(['reports']),
    },
    async (app) => {
      await app.logged('ptruefalse')
      await app.logged('gtruetrue')
      await app.logged('itruetrue')
      await app.logged('ttruefalse', 2)
    },
  ))

test('a lifecycle that names a policy which is not there is a problem with its place', () =>
  withApp({ idle: NAME.idle!, wrong: service('idle', { security: { policies: ['app:none'] } }) }, async ({ node }) => {
    const [problem] = node.problems
    assert.is(problem?.code, 'SECURITY_INVALID')
    assert.is(problem?.where?.file, 'src/_index.yaml')
  }))

test('a lifecycle that names a group which no policy is in is told: it grants nothing', () =>
  withApp(
    { ...policies, idle: NAME.idle!, lost: service('idle', { security: { groups: ['org.mod:process', 'app:readers'] } }) },
    async ({ node }) => {
      const told = node.warnings.map(({ code, message }) => [code, /group "(.*?)"/.exec(message)?.[1]])
      assert.equal([node.problems, told], [[], [['GROUP_EMPTY', 'org.mod:process']]])
    },
  ))

test('when security is strict the files have no rights either; generated code may be given those of the files', async () => {
  const drafts = { main: proc('return function() local _, err = funcs.call("app:turn") return err and err:kind() end') }
  const run = (set: readonly string[], act: (app: TestApp) => Promise<void>) => withApp(drafts, act, { set })
  const ends = async (app: TestApp, id: string) => (await app.exit(id)).payload.length
  await run(['security.strict_mode=true'], async (app) => assert.ok((await ends(app, 'app:main')) > 3))
  await run(['security.generated=operator'], async (app) => {
    await app.make('app:made', drafts.main)
    assert.is(await ends(app, 'app:made'), 3)
  })
})

// Registry writes.

lua(
  'the right to make tools is not the right to make policies, or to turn a tool into one',
  {
    agent: tries(`
      local function change(how, entry)
        local changes = registry.snapshot():changes()
        try(changes[how](changes, entry):apply())
      end
      change("create", { id = "tools:a", kind = "registry.entry" })
      change("create", { id = "tools:b", kind = "security.policy", data = { policy = { actions = "*", resources = "*", effect = "allow" } } })
      change("update", { id = "tools:a", kind = "process.host" })
      change("update", { id = "app:policy", kind = "registry.entry" })
      change("delete", "app:policy")
      change("delete", "tools:a")
      change("create", { id = "tools:s", kind = "process.service", data = { process = "app:idle", host = "app:processes", lifecycle = { security = { policies = { "app:all" } } } } })`),
    idle: NAME.idle!,
    policy: {
      kind: 'security.policy',
      policy: {
        actions: 'registry.apply',
        resources: 'tools:*',
        effect: 'allow',
        conditions: [{ field: 'meta.kind', operator: 'in', value: ['registry.entry', 'process.service'] }],
      },
    },
  },
  as('app:policy'),
  [
    'registry.Version{v2}', // the code that runs this is v1
    denial('registry.apply', 'tools:b'),
    denial('registry.apply', 'tools:a'),
    denial('registry.apply', 'app:policy'),
    denial('registry.apply', 'app:policy'),
    'registry.Version{v3}',
    denial('process.security', 'security'),
  ],
)

const WAT = `source = '(module (func (export "answer") (result i32) (i32.const 42)))', wit = 'answer: func() -> s32;', method = 'answer'`

lua(
  'the right to make functions is not the right to give components rights of their own',
  {
    agent: tries(`
      local function make(name, allow)
        try(registry.snapshot():changes():create({ id = "tools:" .. name, kind = "function.wat", data = { ${WAT}, allow = allow } }):apply())
      end
      make("env", { "env:HOME" }) make("fs", { "clock", "fs:/all=/" }) make("call", { "funcs.call:*" }) make("clock", { "clock", "random" }) make("plain")`),
    policy: {
      kind: 'security.policy',
      policy: {
        actions: 'registry.apply',
        resources: 'tools:*',
        effect: 'allow',
        conditions: [{ field: 'meta.kind', operator: 'eq', value: 'function.wat' }],
      },
    },
  },
  as('app:policy'),
  [...Array(3).fill(denial('process.security', 'security')), 'registry.Version{v2}', 'registry.Version{v3}'],
)

lua(
  'going back needs the right for every entry that changes by it',
  {
    agent: tries(`
      local function to(version) try(registry.apply_version(registry.history():get_version(version))) end
      to(2) to(1)`),
    make: func(`return function()
      registry.snapshot():changes():create({ id = "tools:a", kind = "registry.entry" }):apply()
      registry.snapshot():changes():create({ id = "tools:b", kind = "registry.entry" }):apply()
    end`),
    policy: allow('registry.apply_version', 'tools:b'),
  },
  `funcs.call("app:make") ${as('app:policy')}`,
  ['true', denial('registry.apply_version', 'tools:a')],
)

lua(
  'allowed on "" is allowed on all, but for what is denied',
  {
    agent: tries(`
      try(registry.snapshot():changes():create({ id = "x:a", kind = "registry.entry" }):apply())
      try(registry.snapshot():changes():create({ id = "app:a", kind = "registry.entry" }):apply())`),
    general: allow('registry.apply', ''),
    not_app: deny('registry.apply', 'app:*'),
  },
  `local scope = security.new_scope({ security.policy("app:general"), security.policy("app:not_app") })
   return funcs.new():with_actor(security.new_actor("ada")):with_scope(scope):call("app:agent")`,
  ['registry.Version{v2}', denial('registry.apply', 'app:a')],
)

test('an entry cannot say that it is from the files', () =>
  withApp({}, async (app) => {
    const made = await app.eval(`
      local entry = { id = "app:x", kind = "function.lua", meta = { origin = "src/x.lua" }, origin = { file = "src/x.lua" },
        data = { source = "return function() local _, err = system.memory.stats() return err and err:kind() end", modules = { "system" }, origin = {} } }
      registry.snapshot():changes():create(entry):apply()
      return funcs.call("app:x")`)
    assert.is(made, 'PermissionDenied')
  }))

// Messages.

test('messages go where the scope lets them, and nowhere else; a changed policy holds at once', () =>
  withApp(
    {
      ears: proc(
        'return function() process.registry.register("ears") local n = 0 local inbox = process.inbox() while true do inbox:receive() n = n + 1 logger:info("heard " .. n) end end',
      ),
      agent: proc(
        'return function(to) local go = process.listen("go") while true do go:receive() local _, err = process.send(to, "hello") logger:info(err and err:kind() or "sent") end end',
        {
          modules: [...MODULES, 'logger'],
        },
      ),
      policy: allow('process.send', '{app:processes|*'),
    },
    async (app) => {
      const pid = await app.eval(
        `local ears = process.spawn("app:ears", "app:processes")
         local scope = security.new_scope({ security.policy("app:policy") })
         return process.with_context({}):with_actor(security.new_actor("a")):with_scope(scope):spawn("app:agent", "app:processes", ears)`,
        secure,
      )
      const go = () => app.eval(`process.send("${pid}", "go")`)
      await go()
      await app.logged('heard 1')
      await app.logged('sent')
      await app.put('app:policy', deny('process.send'))
      await go()
      await app.logged('PermissionDenied')
      await app.put('app:policy', allow('*'))
      await go()
      await app.logged('heard 2')
      assert.is(app.messages.filter((line) => line.startsWith('heard')).length, 2)
    },
  ))

// Policies as entries.

test('a policy that cannot be read is a problem with its place, and denies what it is part of', () =>
  withApp(
    {
      ...policies,
      broken: {
        kind: 'security.policy',
        policy: { actions: '*', resources: '*', effect: 'deny', conditions: [{ field: 'nonsense', operator: 'eq' }] },
        groups: ['everybody'],
      },
    },
    async (app) => {
      const [problem] = app.node.problems
      assert.is(problem?.code, 'POLICY_INVALID')
      assert.is(problem?.where?.file, 'src/_index.yaml')
      assert.is(
        await app.eval('return security.named_scope("app:everybody"):evaluate(security.new_actor("a"), "read", "x")', secure),
        'deny',
      )
    },
  ))

test('as a change, such a policy is refused', () =>
  withApp(policies, async (app) => {
    const refuse = (policy: unknown) => failure(app.make('app:bad', { kind: 'security.policy', policy }))
    for (const policy of [
      {},
      { actions: '*', resources: '*' },
      { actions: 1, resources: '*', effect: 'deny' },
      { actions: '*', resources: '*', effect: 'maybe' },
    ]) {
      assert.is((await refuse(policy)).code, 'POLICY_INVALID')
    }
    const error = await failure(
      app.make('app:bad', { kind: 'security.policy.expr', policy: { actions: '*', resources: '*', effect: 'allow', expression: '1 +' } }),
    )
    assert.match(error.message, /ends too early/)
  }))

test('whoever acts for others names an actor and a scope, and anything else is a mistake of the line that says so', () =>
  withApp({ greeter: { kind: 'contract.definition', methods: [{ name: 'greet' }] } }, async (app) => {
    const mistake = async (code: string): Promise<string> => (await failure(app.eval(code, { modules: [...MODULES, 'contract'] }))).text
    const builders = ['funcs.new()', 'process.with_context({})', 'contract.get("app:greeter")']
    for (const builder of builders) {
      assert.match(await mistake(`${builder}:with_actor({})`), /:1: bad argument #1 to 'with_actor' \(actor expected, got table\)/)
      assert.match(await mistake(`${builder}:with_scope(security.new_actor("a"))`), /:1: bad argument #1 to 'with_scope' \(scope expected/)
    }
  }))

test.run()
