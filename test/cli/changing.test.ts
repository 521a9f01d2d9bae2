// Ctrl-C in the middle of what changes something.

import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { changing } from '../../src/cli/changing.ts'
import { directoryWith } from '../registry/scratch.ts'
import { type HeldNode, heldNode } from '../support/held-node.ts'
import { assertPlain, type Ended, HELLO, HELLO_LUA, index, type Running, start } from './command.ts'

const test = suite('Ctrl-C while something is changed')

const app = () => directoryWith({ 'src/_index.yaml': index(HELLO), 'src/hello.lua': HELLO_LUA, '.wippy/.keep': '' })

const version = (id: number) => ({ id, parent: null, time: 0, author: 'operator', message: '' })

/** Deploys to a node that answers when it is told to. */
const deploying = async (act: (deploy: Running, node: HeldNode) => Promise<void>): Promise<Ended> => {
  const cwd = app()
  const node = await heldNode(join(cwd, '.wippy'))
  try {
    const deploy = start(['deploy'], { cwd })
    await node.asked('registry.snapshot')
    await act(deploy, node)
    return await deploy.ended
  } finally {
    await node.close()
  }
}

const toApply = async (node: HeldNode): Promise<void> => {
  node.answer('registry.snapshot', { version: version(0), entries: [] })
  await node.asked('registry.apply')
}

test('before anything was asked for: nothing was changed', async () => {
  for (const [signal, code] of [
    ['SIGHUP', 129],
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    const ended = await deploying(async ({ child }) => void child.kill(signal))
    assert.equal(ended, { code, signal: null, out: '', err: 'Nothing was changed.\n' })
  }
})

test('after that it is waited for, what became of it is said, and the exit code says that there was a Ctrl-C', async () => {
  const ended = await deploying(async ({ child, said }, node) => {
    await toApply(node)
    child.kill('SIGINT')
    await said('Press Ctrl-C again not to wait.')
    node.answer('registry.apply', version(1))
  })
  assert.is(ended.code, 130)
  assert.match(ended.out, 'created app:hello\n')
  assert.match(ended.out, 'v1: 2 entries changed\n')
  assertPlain(ended)
})

test('a second one waits no longer, and says that nothing is known', async () => {
  const ended = await deploying(async ({ child, said }, node) => {
    await toApply(node)
    child.kill('SIGINT')
    await said('waiting for what comes of it')
    child.kill('SIGTERM')
  })
  assert.equal([ended.code, ended.out], [143, ''])
  assert.match(ended.err, /not known: "wippy registry history" shows each change\.\n$/)
})

test('what is changed alone is changed whole', async () => {
  const { exitCode } = process
  const write = process.stderr.write
  let said = ''
  process.stderr.write = ((text: string) => {
    said += text
    return true
  }) as typeof write
  try {
    const listeners = process.listenerCount('SIGINT')
    const done = await changing(async (begin) => {
      begin()
      process.emit('SIGINT')
      return 'v1'
    })
    assert.equal([done, process.exitCode, process.listenerCount('SIGINT')], ['v1', 130, listeners])
    assert.match(said, 'done whole or not at all')
  } finally {
    process.stderr.write = write
    process.exitCode = exitCode
  }
})

test.run()
