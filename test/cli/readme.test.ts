// The first 60 seconds of the README: every line is typed, and answered as it says. … stands for anything.

import { execFile } from 'node:child_process'
import { chmodSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Client } from '../../src/control/client.ts'
import { directoryWith } from '../registry/scratch.ts'
import { ROOT, type Running, start } from './command.ts'

const test = suite('README')
const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')
const MOST_LINES = 300

/** Commands with what they are to say. */
const typed = (): readonly (readonly [command: string, said: string])[] => {
  const [, block = ''] = /## The first 60 seconds[\s\S]*?```\n(\$ [\s\S]*?)```/.exec(readme) ?? []
  return block
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const [command = '', ...lines] = part.split('\n')
      return [command.trim(), lines.join('\n').trim()] as const
    })
}

/** A line of … alone is any lines; within a line it is any text. Runs of spaces are one. */
const pattern = (said: string): RegExp => {
  const lines = said.split('\n').map((line) => {
    if (line.trim() === '…') return '(?:.*\n)*?'
    return `${line
      .trim()
      .split('…')
      .map((text) => text.replace(/ +/g, ' ').replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
      .join('.*')}\n`
  })
  return new RegExp(`^${lines.join('')}$`)
}

const isReached = async (folder: string, node: Running): Promise<void> => {
  for (;;) {
    const client = await Client.connect({ folder }).catch(() => null)
    if (client) return client.close()
    assert.is(node.child.exitCode, null)
    await new Promise((resolved) => setImmediate(resolved))
  }
}

test('the first 60 seconds', async () => {
  const bin = directoryWith({ wippy: `#!/bin/sh\nexec ${process.execPath} ${join(ROOT, 'bin/wippy.js')} "$@"\n` })
  chmodSync(join(bin, 'wippy'), 0o755)
  let cwd = directoryWith({})
  let node: Running | null = null
  const commands = typed()
  assert.ok(commands.length > 8)
  try {
    for (const [command, said] of commands) {
      if (command.startsWith('cd ')) cwd = resolve(cwd, command.slice(3))
      else if (command.endsWith(' &')) {
        node = start(command.slice(0, -2).split(' ').slice(1), { cwd, input: null })
        await isReached(join(cwd, '.wippy'), node)
      } else if (command === 'kill %1') node?.child.kill('SIGTERM')
      else {
        const env = { ...process.env, NO_COLOR: '1', PATH: `${bin}:${process.env.PATH}` }
        const { stdout } = await promisify(execFile)('bash', ['-c', command], { cwd, env })
        const lines = stdout.split('\n').map((line) => line.trim().replace(/ +/g, ' '))
        if (said !== '') assert.match(lines.join('\n').replace(/\n*$/, '\n'), pattern(said), command)
      }
    }
  } finally {
    node?.child.kill('SIGTERM')
    await node?.ended
  }
})

test('it is short, and what it leads to is there', () => {
  assert.ok(readme.split('\n').length <= MOST_LINES)
  for (const name of ['README.md', ...readdirSync(join(ROOT, 'docs')).flatMap((file) => (file.endsWith('.md') ? [`docs/${file}`] : []))]) {
    const text = readFileSync(join(ROOT, name), 'utf8')
    for (const [, link = ''] of text.matchAll(/\]\(([^)#:]+)\)/g)) assert.ok(existsSync(join(ROOT, name, '..', link)), `${name}: ${link}`)
  }
})

test.run()
