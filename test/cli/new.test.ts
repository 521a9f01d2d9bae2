// Every template makes an app that is right, does what its README shows, and passes its test.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { check } from '../../src/app/check.ts'
import { lint } from '../../src/app/lint.ts'
import { templates } from '../../src/cli/templates.ts'
import { loadConfig } from '../../src/config.ts'
import { directoryWith } from '../registry/scratch.ts'
import { freePort } from '../support/server-program.ts'
import { assertPlain, start, wippy } from './command.ts'

const test = suite('wippy new')

const BLOCK = /^```\n\$ wippy (.*)\n([\s\S]*?)^```$/gm

for (const { name } of templates()) {
  test(`${name} runs as its README shows`, async () => {
    const cwd = directoryWith({})
    const made = await wippy(['new', name, 'it'], { cwd })
    assert.equal([made.code, made.err], [0, ''])
    const { config } = await loadConfig(join(cwd, 'it'))
    const { problems, warnings, ofModules } = await check(config)
    assert.equal([problems, warnings, ofModules], [[], [], []])
    const shown = [...readFileSync(join(cwd, 'it/README.md'), 'utf8').matchAll(BLOCK)]
    assert.ok(shown.length > 0 || ['workflow', 'http'].includes(name))
    for (const [, command = '', output] of shown) {
      const ended = await wippy(command.split(' '), { cwd: join(cwd, 'it') })
      assert.equal([ended.code, ended.out, ended.err], [0, output, ''])
    }
    const address = name === 'http' ? ['-o', `app:server:addr=127.0.0.1:${await freePort()}`] : []
    const tested = await wippy(['test', ...address], { cwd: join(cwd, 'it') })
    assert.match(tested.out, /^\d passed, 0 failed, 0 skipped/m)
    assert.equal([tested.code, tested.err], [0, ''])
    assert.equal(lint(config, { rules: true, namespaces: [] }).diagnostics, [])
  })
}

test('the order of the workflow template waits, is approved and ends', async () => {
  const cwd = join(directoryWith({}), 'it')
  mkdirSync(cwd)
  await wippy(['new', 'workflow', '.'], { cwd })
  const node = start(['run'], { cwd, input: null })
  try {
    for (;;) if ((await wippy(['ps'], { cwd })).code !== 7) break
    assert.is((await wippy(['workflow', 'start', 'order', '--id', 'order-17', '--input', '{"amount": 5}'], { cwd })).code, 0)
    await node.said('charged')
    assert.is((await wippy(['workflow', 'signal', 'order-17', 'approved', '{"by": "ann"}'], { cwd })).code, 0)
    await node.said('shipped')
  } finally {
    node.child.kill('SIGTERM')
    await node.ended
  }
})

test('the http template answers requests', async () => {
  const cwd = directoryWith({})
  await wippy(['new', 'http', '.'], { cwd })
  const address = `127.0.0.1:${await freePort()}`
  const node = start(['run', '-o', `app:server:addr=${address}`], { cwd, input: null })
  try {
    let answer: Response | null = null
    while (answer === null) {
      assert.is(node.child.exitCode, null)
      answer = await fetch(`http://${address}/hello/Ada`).catch(() => null)
    }
    assert.equal(await answer.json(), { message: 'Hello, Ada!' })
  } finally {
    node.child.kill('SIGTERM')
    await node.ended
  }
})

test('templates are listed, for people and for programs', async () => {
  const { out } = await wippy(['new', '--list'], { cwd: directoryWith({}) })
  for (const { name, summary } of templates()) {
    assert.ok(out.includes(name) && out.includes(summary))
    assert.match(summary, /^[A-Z].{10,120}\.$/)
  }
  const listed = JSON.parse((await wippy(['new', '--list', '--json'], { cwd: directoryWith({}) })).out)
  assert.is(listed.templates.length, templates().length)
})

test('nothing that is there is written over, and what is wrong is said', async () => {
  const cwd = directoryWith({ 'hello/mine.txt': 'x' })
  const taken = await wippy(['new', 'hello'], { cwd })
  assert.is(taken.code, 9)
  assert.match(taken.err, /hello is there already, and not empty \[DIRECTORY_TAKEN\]\n {2}→ Name another directory; "wippy init"/)
  assert.not.ok(existsSync(join(cwd, 'hello/src')))
  writeFileSync(join(cwd, 'x'), '')
  const unknown = await wippy(['new', 'nothing', 'there'], { cwd })
  assert.is(unknown.code, 4)
  assert.match(unknown.err, 'There are agent, hello, http')
  const none = await wippy(['new'], { cwd })
  assert.is(none.code, 2)
  assert.match(none.err, 'There are agent, hello, http')
  for (const ended of [taken, unknown, none]) assertPlain(ended)
})

test.run()
