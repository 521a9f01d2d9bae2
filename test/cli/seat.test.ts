// One state folder, one node: what starts beside another one, and what is refused.

import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { directoryWith } from '../registry/scratch.ts'
import { assertPlain, type Ended, HELLO, HELLO_LUA, index, start, wippy } from './command.ts'
import { KEEPER, KEEPER_LUA, whileRunning } from './running.ts'

const test = suite('the state folder of an app')

const appOf = (): string =>
  directoryWith({
    'src/_index.yaml': index(`${KEEPER}
${HELLO}
  - name: stay
    kind: process.lua
    meta: { command: { name: stay, short: Stay until there is a line } }
    source: file://stay.lua
    modules: [io]
`),
    'src/hello.lua': HELLO_LUA,
    'src/keeper.lua': KEEPER_LUA,
    'src/stay.lua': 'return function() local io = require("io") io.print("here I stay") io.read() end',
  })

/** How a command ends by itself; what begins to work instead is stopped. */
const tried = async (args: readonly string[], cwd: string): Promise<Ended> => {
  const { child, ended, said } = start(args, { cwd })
  await Promise.race([ended, said('at work').catch(() => {})])
  child.kill('SIGTERM')
  return ended
}

/** It was refused for the one that has the state, before anything of it began. */
const assertOwned = (ended: Ended, command: string, pid: number): void => {
  const stop = command.startsWith('wippy run ') ? 'It goes when it is done: wait, stop it' : 'Stop that one'
  assert.equal([ended.code, ended.out], [9, ''], ended.err)
  assert.ok(ended.err.includes(`"${command}" (process ${pid}) runs with this state`), ended.err)
  assert.match(ended.err, `→ ${stop} ("kill ${pid}"), or give this one a state folder of its own: --set state=DIR.`)
  assert.not.match(ended.err, /at work|CONTROL_TAKEN/)
  assertPlain(ended)
}

test('beside the node of an agent the app is refused, and says who has its state; then it runs', async () => {
  const cwd = appOf()
  const agent = start(['mcp', '--http', '0'], { cwd, input: null })
  try {
    await agent.said('listening on')
    assertOwned(await tried(['run'], cwd), 'wippy mcp', agent.child.pid!)
  } finally {
    agent.child.kill('SIGTERM')
    await agent.ended
  }
  await whileRunning(cwd, async () => {})
})

test('beside an app that runs a second one is refused, one command is not, and elsewhere it runs', async () => {
  const cwd = appOf()
  await whileRunning(cwd, async ({ child }) => {
    const pid = child.pid!
    const [run, dev, hello] = await Promise.all([tried(['run'], cwd), tried(['dev'], cwd), wippy(['run', 'hello', 'you'], { cwd })])
    assertOwned(run, 'wippy run', pid)
    assertOwned(dev, 'wippy run', pid)
    assert.equal([hello.code, hello.out], [0, 'Hello\tyou\n'], hello.err)
    assert.match(hello.err, `"wippy run" (process ${pid}) runs here: this runs beside it, with processes and services of its own`)
    const other = start(['run', '--set', `state=${join(cwd, 'other')}`], { cwd, input: null })
    await other.said('at work')
    other.child.kill('SIGTERM')
    await other.ended
  })
})

test('a command that has the state is named without its arguments', async () => {
  const cwd = appOf()
  for (const args of [['stay'], ['-x', 'app:stay']]) {
    const first = start(['run', ...args, 'secret'], { cwd, input: null })
    await first.said('here I stay')
    const refused = await tried(['run'], cwd)
    assertOwned(refused, `wippy run ${args.join(' ')}`, first.child.pid!)
    assert.not.match(refused.err, 'secret')
    first.child.stdin!.end('\n')
    assert.is((await first.ended).code, 0)
  }
})

test('of two that start at once one runs', async () => {
  const cwd = appOf()
  const both = [start(['run'], { cwd, input: null }), start(['run'], { cwd, input: null })]
  const bothRun = Promise.all(both.map(({ said }) => said('at work'))).then(
    () => assert.unreachable('both run') as never,
    () => new Promise<never>(() => {}),
  )
  const refused = await Promise.race([...both.map(async ({ ended }, at) => ({ ended: await ended, at })), bothRun])
  const other = both[1 - refused.at]!
  assertOwned(refused.ended, 'wippy run', other.child.pid!)
  await other.said('at work')
  other.child.kill('SIGTERM')
  await other.ended
})

test.run()
