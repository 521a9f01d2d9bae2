// Commands while a node is only just starting or stopping, and after one was killed.

import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Phase, readNote } from '../../src/control/address.ts'
import { directoryWith } from '../registry/scratch.ts'
import { assertPlain, index, type Running, start, wippy } from './command.ts'
import { KEEPER, KEEPER_LUA } from './running.ts'

const test = suite('a node that starts or stops')

const COMMAND = '  - { name: wait, kind: process.lua, source: file://keeper.lua, modules: [logger], meta: { command: { name: wait } } }\n'
const SLOW = '  - { name: slow, kind: process.lua, source: file://slow.lua, modules: [time], meta: { command: { name: slow } } }\n'
const SLOW_LUA = `return function()
  local events = process.events()
  events:receive()
  require("time").sleep("700ms")
end
`
const app = () =>
  directoryWith({
    'src/_index.yaml': index(KEEPER + COMMAND + SLOW),
    'src/keeper.lua': KEEPER_LUA,
    'src/slow.lua': SLOW_LUA,
    'more.yaml': 'version: "1.0"\nnamespace: more\nentries:\n  - { name: one, kind: registry.entry }\n',
  })

const stopped = async ({ child, ended }: Running): Promise<void> => {
  child.kill('SIGTERM')
  await ended
}

const PHASES: readonly Phase[] = ['starting', 'ready', 'stopping']

/** Once the node in `cwd` is that far, or further on; it is followed closely, as nothing tells of it. */
const isAt = async (cwd: string, phase: Phase, { child }: Running): Promise<void> => {
  const soFar = (): number => PHASES.indexOf(readNote(join(cwd, '.wippy'))?.phase as Phase)
  while (soFar() < PHASES.indexOf(phase)) {
    assert.ok(child.exitCode === null && child.signalCode === null, `it never was ${phase}`)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

test('one that starts is waited for', async () => {
  const cwd = app()
  const node = start(['run'], { cwd, input: null })
  await isAt(cwd, 'starting', node)
  const [listed, applied] = await Promise.all([wippy(['ps'], { cwd }), wippy(['registry', 'apply', 'more.yaml'], { cwd })])
  assert.is(listed.code, 0, listed.err)
  assert.match(listed.out, `node ${node.child.pid} in `)
  assert.is(applied.code, 0, applied.err)
  await stopped(node)
  const { code, out } = await wippy(['registry', 'show', 'more:one', '--json'], { cwd })
  assert.equal([code, JSON.parse(out).id], [0, 'more:one'])
})

test('an agent works on a run of the same moment, and starts no second node', async () => {
  const cwd = app()
  const node = start(['run', 'wait'], { cwd, input: null })
  await isAt(cwd, 'starting', node)
  const agent = start(['mcp'], { cwd, input: null })
  await agent.said('works on the node that runs')
  agent.child.kill('SIGTERM')
  assert.is((await agent.ended).code, 0)
  await stopped(node)
})

test('two agents of the same moment have one node', async () => {
  const cwd = app()
  const agents = [start(['mcp'], { cwd, input: null }), start(['mcp'], { cwd, input: null })]
  await Promise.all(agents.map((agent) => agent.said('wippy mcp: agent')))
  for (const { child } of agents) child.kill('SIGTERM')
  const said = (await Promise.all(agents.map(({ ended }) => ended))).map(({ err }) => /works on the (\w+)/.exec(err)![1])
  assert.equal(said.sort(), ['app', 'node'])
})

test('one that stops is waited for, and then there is none', async () => {
  const cwd = app()
  const node = start(['run', 'slow'], { cwd, input: null })
  await isAt(cwd, 'ready', node)
  node.child.kill('SIGTERM')
  const next = start(['run'], { cwd, input: null })
  const applied = await wippy(['registry', 'apply', 'more.yaml'], { cwd })
  assert.is(applied.code, 0, applied.err)
  await node.ended
  await next.said('at work')
  await stopped(next)
  const { err } = await next.ended
  assert.not.match(err, /STATE_OWNED|commands reach here/)
})

test('one that was killed is gone at once: commands do not wait, change what is stored, and the next one starts', async () => {
  const cwd = app()
  const node = start(['run'], { cwd, input: null })
  await isAt(cwd, 'ready', node)
  node.child.kill('SIGKILL')
  await node.ended
  const listed = await wippy(['ps'], { cwd })
  assert.is(listed.code, 7)
  assert.match(listed.err, /NO_NODE/)
  assertPlain(listed)
  const applied = await wippy(['registry', 'apply', 'more.yaml'], { cwd })
  assert.is(applied.code, 0, applied.err)
  const next = start(['run'], { cwd, input: null })
  await isAt(cwd, 'ready', next)
  assert.match((await wippy(['ps'], { cwd })).out, `node ${next.child.pid} in `)
  await stopped(next)
})

test('a run that cannot begin, and one that is interrupted, leave nothing behind', async () => {
  const cwd = directoryWith({ 'src/_index.yaml': index(KEEPER), 'src/keeper.lua': KEEPER_LUA })
  const wrong = await wippy(['run', 'wait'], { cwd })
  assert.is(wrong.code, 4)
  assert.equal(readdirSync(cwd), ['src'])
  const node = start(['run'], { cwd, input: null })
  await isAt(cwd, 'starting', node)
  node.child.kill('SIGINT')
  await node.ended
  assert.equal(readdirSync(cwd), ['src'])
})

test('a state folder that is deleted while its node runs does not keep that from ending', async () => {
  const cwd = app()
  const node = start(['run'], { cwd, input: null })
  await isAt(cwd, 'ready', node)
  await node.said('at work')
  rmSync(join(cwd, '.wippy'), { recursive: true })
  node.child.kill('SIGTERM')
  const ended = await node.ended
  assert.is(ended.code, 0, ended.err)
  assertPlain(ended)
})

test('two commands that change what is stored go one after the other', async () => {
  const cwd = app()
  const both = await Promise.all(['a', 'b'].map((message) => wippy(['registry', 'apply', 'more.yaml', '-m', message], { cwd })))
  assert.equal(
    both.map(({ code, err }) => [code, err]),
    [
      [0, ''],
      [0, ''],
    ],
  )
  assert.equal(both.map(({ out }) => out.slice(0, 2)).sort(), ['v1', 'v2'])
})

test.run()
