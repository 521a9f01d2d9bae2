import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Draft, proc, withApp } from '../support/app.ts'

const test = suite('process: names')

const lua = (name: string, drafts: Readonly<Record<string, Draft>>, code: string, expected: unknown) =>
  test(name, () =>
    withApp(drafts, async (app) => {
      assert.equal(await app.eval(code), expected)
    }),
  )

const waits = proc('return function() process.events():receive() end')

lua(
  'a name stands for its process until it is given up or the process ends',
  { waits },
  `local names = process.registry
   local pid = process.spawn_monitored("app:waits", "app:processes")
   local events, out = process.events(), {}
   out[1] = names.register("worker", pid)
   out[2] = names.register("worker", pid)
   out[3] = names.lookup("worker") == pid
   out[4] = names.unregister("worker")
   out[5] = names.unregister("worker")
   local found, err = names.lookup("worker")
   out[6] = { found == nil, err:kind(), tostring(err) }
   names.register("worker", pid)
   process.cancel("worker")
   events:receive()
   out[7] = (names.lookup("worker")) == nil
   return out`,
  [true, true, true, true, false, [true, 'NotFound', 'name not registered'], true],
)

lua(
  'a name belongs to one process; the error says which',
  { waits },
  `local pid = process.spawn("app:waits", "app:processes")
   process.registry.register("one")
   local ok, err = process.registry.register("one", pid)
   return { ok == nil, err:kind(), err:details().pid == process.pid() }`,
  [true, 'AlreadyExists', true],
)

lua(
  'messages, monitors and cancels go to names',
  { waits },
  `process.registry.register("me")
   local got, events = process.listen("x"), process.events()
   process.send("me", "x", 1)
   process.registry.register("child", process.spawn("app:waits", "app:processes"))
   local ok = process.monitor("child")
   process.cancel("child", "now")
   return { (got:receive()), ok, events:receive().kind }`,
  [1, true, 'pid.exit'],
)

lua(
  'scopes: wider ones are found first, the widest go only with their owner',
  { waits },
  `local names = process.registry
   local a, b = process.spawn("app:waits", "app:processes"), process.spawn("app:waits", "app:processes")
   names.register("n", a, names.LOCAL)
   names.register("n", b, names.CONSISTENT)
   local wide = names.lookup("n") == b
   local refused = names.unregister("n", names.CONSISTENT)
   names.register("n", process.pid(), names.EVENTUAL)
   process.terminate(b)
   local eventual = names.lookup("n") == process.pid()
   names.unregister("n", names.EVENTUAL)
   return { wide, refused, eventual, names.lookup("n") == a }`,
  [true, false, true, true],
)

lua(
  'what cannot be a name, a scope or an owner is refused',
  {},
  `local names, out = process.registry, {}
   for i, call in ipairs{ { "" }, { "{a|b}" }, { "x", "{app:processes|0x00999}" }, { "x", "nobody" }, { "x", nil, 9 } } do
     local ok, err = names.register(call[1], call[2], call[3])
     out[i] = { ok == nil, err:kind() }
   end
   return out`,
  [
    [true, 'Invalid'],
    [true, 'Invalid'],
    [true, 'NotFound'],
    [true, 'NotFound'],
    [true, 'Invalid'],
  ],
)

test.run()
