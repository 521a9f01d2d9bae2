import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { directoryWith } from '../registry/scratch.ts'
import { freePort } from '../support/server-program.ts'
import { assertPlain, index, refused, wippy } from './command.ts'
import { askUntil, KEEPER, KEEPER_LUA, whileRunning } from './running.ts'

const test = suite('workflow commands')

const TOKEN = 'a-token-of-this-test'

const ENTRIES = `${KEEPER}  - name: workflows
    kind: workflow.host
  - name: charge
    kind: function.lua
    source: file://charge.lua
  - name: order
    kind: workflow.lua
    source: file://order.lua
    modules: [funcs, time]
  - name: family
    kind: workflow.lua
    source: file://family.lua
    modules: [time, workflow]
  - name: child
    kind: workflow.lua
    source: file://child.lua
`
const CHARGE = `return function(amount)
  if amount < 0 then error("the card was refused") end
  return { charged = amount }
end
`
const ORDER = `local funcs, time = require("funcs"), require("time")
return function(order)
  time.sleep("20ms")
  local receipt, err = funcs.call("app:charge", order.amount)
  if err then return nil, err end
  local inbox, events = process.inbox(), process.events()
  local got = channel.select{ inbox:case_receive(), events:case_receive() }
  if got.channel == events then return nil, require("errors").new{ kind = "Canceled", message = "nobody wants it" } end
  return { receipt = receipt, by = got.value:payload():data().by }
end
`
const FAMILY = `local time, workflow = require("time"), require("workflow")
return function()
  local twice = workflow.exec("app:child", process.pid(), 4)
  process.inbox():receive()
  process.spawn("app:child", "app:workflows", process.pid(), 5)
  process.inbox():receive()
  process.events():receive()
  local ticker = time.ticker("5ms")
  ticker:channel():receive()
  ticker:stop()
  process.send("nobody", "gone", "\\27[2J")
  return twice
end
`
const CHILD = `return function(parent, n)
  process.send(parent, "born", { n = n })
  return n * 2
end
`
const files = {
  'src/_index.yaml': index(ENTRIES),
  'src/keeper.lua': KEEPER_LUA,
  'src/charge.lua': CHARGE,
  'src/order.lua': ORDER,
  'src/family.lua': FAMILY,
  'src/child.lua': CHILD,
}

const running = (cwd: string, act: () => Promise<void>, listen: string | null = null): Promise<void> =>
  whileRunning(cwd, act, {
    args: listen === null ? [] : ['--set', `control.listen=${listen}`],
    env: { WIPPY_CONTROL_TOKEN: TOKEN },
  })

/** Runs `wippy workflow ARGS --json` and reads what it says. */
const asked = async (cwd: string, ...args: string[]) => {
  const ended = await wippy(['workflow', ...args, '--json'], { cwd })
  assert.equal([ended.code, ended.err], [0, ''], args.join(' '))
  return JSON.parse(ended.out)
}

type Shown = { readonly status: string; readonly timeline: readonly { readonly events: readonly { readonly event: string }[] }[] }

/** The workflow as soon as `isSo`. */
const shown = async (cwd: string, id: string, isSo: (shown: Shown) => boolean) => {
  await askUntil<Shown>(cwd, 'workflow.show', { id }, isSo)
  return asked(cwd, 'show', id)
}
const hasEnded = ({ status }: Shown): boolean => status !== 'running'

test('a workflow is started, looked at, sent a message, and read when no node runs any more', async () => {
  const cwd = directoryWith(files)
  await running(cwd, async () => {
    const started = await asked(cwd, 'start', 'app:order', '--id', 'order-17', '--input', '{"amount": 5}')
    assert.equal([started.id, started.entry, started.host, started.status], ['order-17', 'app:order', 'app:workflows', 'running'])
    const { workflows } = await asked(cwd, 'list')
    assert.equal(
      workflows.map(({ id, status, entry, ended }: Record<string, unknown>) => [id, status, entry, ended]),
      [['order-17', 'running', 'app:order', null]],
    )
    const signalled = await wippy(['workflow', 'signal', 'order-17', 'approved', '{"by": "ann"}'], { cwd })
    assert.equal([signalled.code, signalled.out], [0, '"approved" was sent to order-17\n'])
    const done = await shown(cwd, 'order-17', hasEnded)
    assert.equal([done.status, done.result, done.error], ['completed', { receipt: { charged: 5 }, by: 'ann' }, undefined])
    const again = await wippy(['workflow', 'signal', 'order-17', 'approved'], { cwd })
    assert.is(again.code, 9)
    assert.match(again.err, /workflow "order-17" has ended: it is completed \[WORKFLOW_ENDED\]\n {2}→ "wippy workflow show order-17"/)
  })
  const listed = await wippy(['workflow', 'list'], { cwd })
  assert.match(listed.out, /^workflow +status +entry +records +started +ended\norder-17 +completed +app:order +\d+ +\d{4}-/)
  assert.equal((await asked(cwd, 'list', '--status', 'running')).workflows, [])
  const text = await wippy(['workflow', 'show', 'order-17'], { cwd })
  assertPlain(text)
  assert.match(text.out, /^order-17 {2}completed\nentry {5}app:order on app:workflows\n/)
  assert.match(text.out, /\nresult {4}\{.*"by":"ann".*\}\n/)
  const steps = [
    /\n1 +\+0ms +begins app:order\(\{"amount":5\}\) on app:workflows\n/,
    / sleeps 20ms\n/,
    / wakes up\n +calls app:charge\(5\)\n/,
    / app:charge answers \{"charged":5\}\n/,
    / receives "approved": \{"by":"ann"\}\n/,
    / ends with \{.*"by":"ann".*\}\n$/,
  ]
  for (const step of steps) assert.match(text.out, step)
  const alone = await wippy(['workflow', 'signal', 'order-17', 'approved'], { cwd })
  assert.is(alone.code, 7)
  assert.match(alone.err, /Start one with "wippy run"/)
})

test('a workflow goes on with the next start of the node, and its timeline says so', async () => {
  const cwd = directoryWith(files)
  await running(cwd, async () => {
    await asked(cwd, 'start', 'app:order', '--id', 'slow', '--input', '{"amount": 3}')
    await shown(cwd, 'slow', ({ timeline }) => timeline.some(({ events }) => events.some(({ event }) => event === 'answered')))
  })
  assert.is((await asked(cwd, 'show', 'slow')).status, 'running')
  await running(cwd, async () => {
    await asked(cwd, 'signal', 'slow', 'approved', '{"by": "eve"}')
    const { result } = await shown(cwd, 'slow', hasEnded)
    assert.is(result.by, 'eve')
  })
  assert.match((await wippy(['workflow', 'show', 'slow'], { cwd })).out, /\n\d+ +\+\S+ +is taken up by another start of the node\n/)
})

test('children, messages and timers are told in words, and nothing in them moves the cursor', async () => {
  const cwd = directoryWith(files)
  await running(cwd, async () => {
    await asked(cwd, 'start', 'app:family', '--id', 'family')
    await shown(cwd, 'family', hasEnded)
  })
  const { out } = await wippy(['workflow', 'show', 'family'], { cwd })
  for (const line of [
    / runs app:child\("\{app:workflows\|family\}", 4\)\n/,
    / receives "born" from \{app:workflows\|\S+\}: \{"n":4\}\n/,
    / app:child answers 8\n/,
    / starts app:child\("\{app:workflows\|family\}", 5\)\n/,
    / hears pid\.exit from \{app:workflows\|\S+\}: 10\n/,
    / sets a ticker of 5ms\n/,
    / its ticker ticks\n/,
    / sends "gone" to nobody: "\\u001b\[2J"\n/,
    / nobody does not get the message: .+\n/,
    / ends with 8\n$/,
  ]) {
    assert.match(out, line)
  }
  const { workflows } = await asked(cwd, 'list')
  const children = workflows.filter(({ parent }: { parent: string | null }) => parent === 'family')
  assert.is(children.length, 2)
  assert.match(
    (await wippy(['workflow', 'show', children[0].id], { cwd })).out,
    /\nparent {4}family\n(?:.*\n)+.* \{app:workflows\|family\} has the message\n/,
  )
})

test('a node elsewhere is asked', async () => {
  const cwd = directoryWith(files)
  const place = `127.0.0.1:${await freePort()}`
  const there = async (...args: string[]) => {
    const options = { cwd: directoryWith({ '.keep': '' }), env: { WIPPY_CONTROL_TOKEN: TOKEN } }
    const ended = await wippy(['workflow', ...args, '--to', place, '--json'], options)
    assert.equal([ended.code, ended.err], [0, ''], args.join(' '))
    return JSON.parse(ended.out)
  }
  const act = async () => {
    await there('start', 'app:order', '--id', 'far', '--input', '{"amount": 4}')
    await there('signal', 'far', 'approved', '{"by": "ann"}')
    await shown(cwd, 'far', hasEnded)
    for (const args of [['show', 'far'], ['list'], ['journal', 'far']]) assert.equal(await there(...args), await asked(cwd, ...args))
  }
  await running(cwd, act, place)
})

test('a journal is read in stretches', async () => {
  const cwd = directoryWith(files)
  await running(cwd, async () => {
    await asked(cwd, 'start', 'order', '--id', 'one', '--input', '{"amount": 1}')
    await asked(cwd, 'signal', 'one', 'approved', '{"by": "bob"}')
    await shown(cwd, 'one', hasEnded)
  })
  const whole = await asked(cwd, 'journal', 'one')
  const numbers = whole.records.map(({ record }: { record: number }) => record)
  assert.equal(
    numbers,
    numbers.map((_: number, i: number) => i + 1),
  )
  assert.equal([whole.records[0].kind, whole.records[0].events[0].event, whole.next], ['start', 'begins', null])
  const part = await asked(cwd, 'journal', 'one', '--from', '2', '--limit', '1')
  assert.equal([part.records, part.next], [whole.records.slice(1, 2), 3])
  const text = await wippy(['workflow', 'journal', 'one', '--limit', '1'], { cwd })
  assert.match(text.out, /^record +after +what\n1 +\+0ms +begins app:order/)
  assert.is(text.err, 'There are more: --from 2\n')
})

test('a workflow fails, is cancelled, is terminated, and is shown as what it is', async () => {
  const cwd = directoryWith(files)
  await running(cwd, async () => {
    await asked(cwd, 'start', 'app:order', '--id', 'bad', '--input', '{"amount": -1}')
    const failed = await shown(cwd, 'bad', hasEnded)
    assert.is(failed.status, 'failed')
    assert.match(failed.error.message, /the card was refused/)
    for (const id of ['unwanted', 'stuck']) await asked(cwd, 'start', 'app:order', '--id', id, '--input', '{"amount": 2}')
    assert.is((await wippy(['workflow', 'cancel', 'unwanted'], { cwd })).out, 'unwanted was asked to end\n')
    const cancelled = await shown(cwd, 'unwanted', hasEnded)
    assert.equal([cancelled.status, cancelled.error.message, 'result' in cancelled], ['cancelled', 'nobody wants it', false])
    assert.is((await wippy(['workflow', 'terminate', 'stuck'], { cwd })).out, 'stuck was ended\n')
    assert.is((await asked(cwd, 'show', 'stuck')).status, 'terminated')
    const rows = (await asked(cwd, 'list')).workflows as { id: string; status: string }[]
    assert.equal(
      rows.map(({ id, status }) => `${id} ${status}`),
      ['bad failed', 'stuck terminated', 'unwanted cancelled'],
    )
    const first = await asked(cwd, 'list', '--limit', '1')
    assert.equal([first.workflows.length, first.next], [1, 'bad'])
    assert.equal((await asked(cwd, 'list', '--after', first.next)).workflows.length, 2)
  })
  const text = await wippy(['workflow', 'show', 'bad'], { cwd })
  assert.match(text.out, /\nerror {5}.*the card was refused/)
  assert.match(text.out, / app:charge fails: .*the card was refused/)
  assert.match((await wippy(['workflow', 'show', 'stuck'], { cwd })).out, / ends: .+\n$/)
})

test('a workflow is paused, waits over a restart, and goes on', async () => {
  const cwd = directoryWith(files)
  await running(cwd, async () => {
    await asked(cwd, 'start', 'app:order', '--id', 'later', '--input', '{"amount": 4}')
    assert.equal(await asked(cwd, 'pause', 'later'), { $type: 'paused', v: 1, id: 'later', status: 'paused' })
    await asked(cwd, 'signal', 'later', 'approved', '{"by": "ann"}')
    const again = await wippy(['workflow', 'pause', 'later'], { cwd })
    assert.is(again.code, 9)
    assert.match(again.err, /"later" is paused already \[WORKFLOW_PAUSED\]\n {2}→ "wippy workflow resume later"/)
    const cancelled = await wippy(['workflow', 'cancel', 'later'], { cwd })
    assert.match(cancelled.err, /It is paused, and hears of it once it goes on/)
  })
  const { workflows } = await asked(cwd, 'list', '--status', 'paused')
  assert.equal(
    workflows.map(({ id, status }: Record<string, unknown>) => [id, status]),
    [['later', 'paused']],
  )
  assert.match((await wippy(['workflow', 'show', 'later'], { cwd })).out, /\nwaiting {3}2 messages, .*(?:.*\n)*.* is paused\n/)
  await running(cwd, async () => {
    assert.is((await wippy(['workflow', 'resume', 'later'], { cwd })).out, 'later goes on\n')
    assert.is((await shown(cwd, 'later', hasEnded)).result.by, 'ann')
    assert.match((await wippy(['workflow', 'resume', 'later'], { cwd })).err, /has ended: it is completed/)
  })
})

test('what is done wrong is explained, and nothing is started', async () => {
  const cwd = directoryWith(files)
  const before = await wippy(['workflow', 'list'], { cwd })
  assert.is(before.code, 4)
  assert.match(before.err, /there is no stored state, and so no workflow \[STATE_NOT_FOUND\]\n {2}→ Say where the app is/)
  await running(cwd, async () => {
    await asked(cwd, 'start', 'app:order', '--id', 'order-17', '--input', '{"amount": 5}')
    await refused(cwd, 'workflow', [
      [['start', 'app:ordr'], 4, /there is no workflow entry "app:ordr" \[ENTRY_NOT_FOUND\]\n {2}→ Did you mean "app:order"\?/],
      [['start', 'app:charge'], 4, /"app:charge" is of kind function\.lua, which is no workflow/],
      [['start', 'order', '--host', 'app:nowhere'], 4, /"app:nowhere" not found \[HOST_NOT_FOUND\]\n {2}→ Known hosts: .*app:workflows/],
      [['start', 'order', '--id', 'a|b'], 2, /"a\|b" cannot be the id of a workflow \[WORKFLOW_ID\]/],
      [['start', 'order', '--input', '{amount}'], 2, /--input is not JSON: .* \[WORKFLOW_JSON\]\n {2}→ Quote it/],
      [['start', 'order', '--id', 'order-17'], 9, /workflow "order-17" exists already: it is running \[WORKFLOW_EXISTS\]/],
      [['show', 'order-71'], 4, /there is no workflow "order-71" \[WORKFLOW_NOT_FOUND\]\n {2}→ Did you mean "order-17"\?/],
      [['journal', 'what'], 4, /there is no workflow "what" .*\n {2}→ "wippy workflow list" shows/],
      [['signal', 'order-1', 'go'], 4, /Did you mean "order-17"\?/],
      [['signal', 'order-17', 'go', 'yes'], 2, /the value is not JSON/],
      [['cancel', 'order-1'], 4, /Did you mean "order-17"\?/],
      [['terminate', 'order-1'], 4, /Did you mean "order-17"\?/],
      [['pause', 'order-1'], 4, /Did you mean "order-17"\?/],
      [['resume', 'order-17'], 9, /"order-17" is not paused: it is running \[WORKFLOW_NOT_PAUSED\]/],
    ])
    assert.equal((await asked(cwd, 'list')).workflows.length, 1)
  })
})

test.run()
