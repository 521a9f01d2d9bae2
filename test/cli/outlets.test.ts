// Standard output and error that cannot be written: who reads goes away, the disk is full.

import { spawn } from 'node:child_process'
import { existsSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { directoryWith } from '../registry/scratch.ts'
import { index, ROOT, type Running, start } from './command.ts'
import { askNode, KEEPER, KEEPER_LUA, whileRunning } from './running.ts'

const test = suite('output that nobody takes')

const TALKER = `
  - name: talker
    kind: process.lua
    meta: { command: { name: talk, short: Talk for ever } }
    modules: [io, time]
    source: |
      local io, time = require("io"), require("time")
      return { main = function()
        while true do
          io.print("a line")
          time.sleep("1ms")
        end
      end }
`
const talker = () => directoryWith({ 'src/_index.yaml': index(TALKER) })

/** Reads a line, and no more. */
const readOne = async ({ child }: Running): Promise<void> => {
  await new Promise<void>((resolve) => child.stdout!.once('data', () => resolve()))
  child.stdout!.destroy()
}

test('a process that writes to nobody is ended, and says nothing', async () => {
  const run = start(['run', 'talk'], { cwd: talker() })
  await readOne(run)
  const { code, err } = await run.ended
  assert.equal([code, err], [141, ''])
})

test('what a command goes on with ends when nobody reads', async () => {
  const cwd = directoryWith({ 'src/_index.yaml': index(`\n${KEEPER}`), 'src/keeper.lua': KEEPER_LUA })
  await whileRunning(cwd, async () => {
    const logs = start(['logs', '--follow'], { cwd })
    await readOne(logs)
    await askNode(cwd, 'kill', { process: '1', cancel: false }) // which is logged
    assert.is((await logs.ended).code, 0)
  })
})

const FULL = '/dev/full'

/** With standard output on a disk that has no room. */
const toFullDisk = (args: readonly string[], cwd: string): Promise<{ readonly code: number | null; readonly err: string }> =>
  new Promise((resolve) => {
    const stdio = ['ignore', openSync(FULL, 'w'), 'pipe'] as const
    const child = spawn(process.execPath, [join(ROOT, 'bin', 'wippy.js'), ...args], { cwd, stdio: [...stdio] })
    let err = ''
    child.stderr!.on('data', (chunk) => {
      err += chunk
    })
    child.on('close', (code) => resolve({ code, err }))
  })

if (existsSync(FULL))
  test('a full disk is said once', async () => {
    const cwd = talker()
    for (const args of [['version'], ['explain', '--list'], ['run', 'list'], ['run', 'talk']]) {
      const { code, err } = await toFullDisk(args, cwd)
      assert.is(code, 1, args.join(' '))
      assert.match(err, /^standard output: the disk is full \[SYSTEM_REFUSED\]\n {2}→ Free some space, and try again\.\n/)
      assert.not.match(err, /\n\s+at |ENOSPC/)
    }
  })

test('standard error that nobody takes is no reason to fail', async () => {
  const run = start(['run', '--set', 'shutdown.timeout=100ms', 'talk'], { cwd: talker() })
  await run.said('a line')
  run.child.stderr!.destroy()
  run.child.kill('SIGINT')
  assert.is((await run.ended).code, 130)
})

test.run()
