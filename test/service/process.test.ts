import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Draft, failure, func, proc, withApp } from '../support/app.ts'

const test = suite('process: spawning')

const echo = proc('return function(...) return { ... } end')
const failing = proc('return function(text) error(text) end')
const waits = proc('return function() process.events():receive() end')
const tells = proc(`return function(who, ...) process.send(who, "here", process.pid(), process.id(), ...) end`)

const lua = (name: string, drafts: Readonly<Record<string, Draft>>, code: string, expected: unknown) =>
  test(name, () =>
    withApp(drafts, async (app) => {
      assert.equal(await app.eval(code), expected)
    }),
  )

lua(
  'a process knows its pid and the entry it runs, and gets the arguments it was spawned with',
  { tells },
  `local inbox = process.listen("here")
   local pid = process.spawn("app:tells", "app:processes", process.pid(), 1, "two", { three = 3 })
   local got = inbox:receive()
   return { pid, got }`,
  ['{app:processes|0x00002}', ['{app:processes|0x00002}', 'app:tells', 1, 'two', { three: 3 }]],
)

lua(
  'exec gives what main returned',
  { echo },
  `local result, err = process.exec("app:echo", "app:processes", 1, 2.5, "x", true)
   return { result = result, err = err }`,
  { result: [1, 2.5, 'x', true] },
)

lua(
  'exec gives the error a process ended with, its kind and details kept',
  {
    failing: proc(
      `return function() return nil, errors.new{ kind = errors.CONFLICT, message = "no", retryable = true, details = { at = 3 } } end`,
    ),
  },
  `local result, err = process.exec("app:failing", "app:processes")
   return { result = result, kind = err:kind(), message = err:message(), retryable = err:retryable(), details = err:details() }`,
  { kind: 'Conflict', message: 'no', retryable: true, details: { at: 3 } },
)

lua(
  'an error in a process is the error of exec, with file and line',
  { failing },
  `local _, err = process.exec("app:failing", "app:processes", "boom") return tostring(err)`,
  'src/failing.lua:1: boom',
)

lua(
  'spawning what is not there says so',
  { echo, f: func('return function() end') },
  `local out = {}
   for _, pair in ipairs{ { "app:nothing", "app:processes" }, { "app:f", "app:processes" }, { "app:echo", "app:nowhere" } } do
     local pid, err = process.spawn(pair[1], pair[2])
     out[#out + 1] = { pid = pid, kind = err:kind(), text = tostring(err) }
   end
   return out`,
  [
    { kind: 'NotFound', text: 'entry "app:nothing" not found' },
    { kind: 'Invalid', text: '"app:f" is a function.lua and cannot be spawned' },
    { kind: 'NotFound', text: 'process host "app:nowhere" not found' },
  ],
)

lua(
  'arguments of the wrong type raise',
  { echo },
  `local out = {}
   for i, call in ipairs{
     function() process.spawn(1, "app:processes") end, function() process.spawn("app:echo") end,
     function() process.terminate({}) end, function() process.monitor() end, function() process.set_options(1) end,
     function() process.registry.register() end, function() process.registry.register("n", 7) end,
   } do out[i] = pcall(call) end
   return out`,
  [false, false, false, false, false, false, false],
)

lua(
  'context values reach a process, the processes it spawns and the functions it calls; a spawner adds to them',
  {
    child: proc(`return function(who)
      process.send(who, "values", ctx.all(), (process.exec("app:leaf", "app:processes")), (funcs.call("app:f")))
    end`),
    leaf: proc('return function() return ctx.all() end'),
    f: func('return function() return ctx.get("user") end'),
  },
  `local got = process.listen("values")
   local spawner = process.with_context({ user = "ada", n = 1 })
   spawner:with_context({ n = 2 }):spawn("app:child", "app:processes", process.pid())
   local values = got:receive()
   return { values = values, own = ctx.all() }`,
  {
    values: [{ user: 'ada', n: 2 }, { user: 'ada', n: 2 }, 'ada'],
    own: {},
  },
)

lua(
  'options: links are not trapped at first; what is unknown or of the wrong type changes nothing',
  {},
  `local before = process.get_options().trap_links
   local ok, err = process.set_options({ trap_links = true, colour = "red" })
   local between = process.get_options().trap_links
   local ok2, err2 = process.set_options({ trap_links = 1 })
   local ok3 = process.set_options({ trap_links = true })
   return { before, ok, err:kind(), tostring(err), between, ok2, err2:kind(), ok3, process.get_options().trap_links }`,
  [false, false, 'Invalid', 'option colour is not supported', false, false, 'Invalid', true, true],
)

lua(
  'a spawner with a name joins the process that has the name; only the first is given the arguments',
  {
    keeper: proc(`return function(first)
      local inbox, got = process.inbox(), { first }
      while #got < 4 do
        local message = inbox:receive()
        got[#got + 1] = message:topic() .. "=" .. message:payload():data()
      end
      return got
    end`),
  },
  `local events = process.events()
   local spawner = process.with_options({}):with_name("keeper")
   local a = spawner:with_message("hello", 1):with_message("hello", 2):spawn_monitored("app:keeper", "app:processes", "first")
   local b = spawner:with_message("again", 3):spawn_monitored("app:keeper", "app:processes", "second")
   return { a == b, process.registry.lookup("keeper") == a, events:receive().result.value }`,
  [true, true, ['first', 'hello=1', 'hello=2', 'again=3']],
)

test('a spawn that cannot be carried out leaves no process behind', () =>
  withApp({ waits }, async (app) => {
    const found = await app.eval(
      `local out = {}
       for i, spawner in ipairs{
         process.with_options({}):with_name(""), process.with_options({}):with_message("@topic", 1),
         process.with_options({}):with_name("{x|y}"), process.with_options({}):with_message(("t"):rep(70000)),
       } do
         local pid, err = spawner:spawn_linked("app:waits", "app:processes")
         out[i] = { pid, err:kind() }
       end
       return out`,
    )
    assert.equal(found, [
      [null, 'Invalid'],
      [null, 'Invalid'],
      [null, 'Invalid'],
      [null, 'Invalid'],
    ])
    assert.equal(app.processes('app:waits'), [])
  }))

test('exec ends the process it waits for when the caller ends', () =>
  withApp({ waits, caller: proc('return function() process.exec("app:waits", "app:processes") end') }, async (app) => {
    await app.eval(`process.spawn("app:caller", "app:processes")`)
    await app.until(() => app.processes('app:waits').length === 1, 'the process')
    const [caller] = app.processes('app:caller')
    app.node.scheduler.terminate(caller!.pid)
    assert.equal(app.processes('app:waits'), [])
  }))

test('a process whose coroutines all wait for nothing that can come fails', () =>
  withApp({}, async (app) => {
    const error = await failure(app.eval('channel.new():receive()'))
    assert.equal([error.kind, error.message], ['Internal', 'all coroutines blocked with no pending operations'])
  }))

test('an error in a coroutine ends the process; the end of main ends its coroutines', () =>
  withApp({}, async (app) => {
    const error = await failure(app.eval(`coroutine.spawn(function() time.sleep("1ms") error("inside") end) process.inbox():receive()`))
    assert.match(error.message, /inside$/)
    assert.is(await app.eval(`coroutine.spawn(function() time.sleep("1h") end) return "over"`), 'over')
  }))

test('requiring what is not there says whether it was declared', () =>
  withApp({}, async (app) => {
    const require = `local ok, err = pcall(require, "fish") return err`
    assert.match(
      String(await app.eval(require)),
      /module 'fish' not found: app:probe1 declares it neither under modules nor under imports$/,
    )
    assert.match(String(await app.eval(require, { modules: ['fish'] })), /module 'fish' not found: this runtime has no such module$/)
  }))

test('random numbers differ from process to process', () =>
  withApp({ dice: proc('return function() return math.random(1, 1 << 52) end') }, async (app) => {
    const numbers = (await app.eval(
      `local out = {} for i = 1, 8 do out[i] = process.exec("app:dice", "app:processes") end return out`,
    )) as number[]
    assert.is(new Set(numbers).size, 8)
  }))

test.run()
