// What a start loads, counted in files: time is for the benchmark.

import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { features } from '../../src/app/features.ts'
import { directoryWith } from '../registry/scratch.ts'
import { HELLO, HELLO_LUA, index, ROOT, wippy } from './command.ts'

const test = suite('what a start loads')

const cwd = directoryWith({ 'src/_index.yaml': index(HELLO), 'src/hello.lua': HELLO_LUA })

/** URLs of what `wippy ARGS` loads. */
const urlsBy = async (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string[]> => {
  const list = join(directoryWith({ list: '' }), 'list')
  const node = ['--import', join(import.meta.dirname, 'loaded.ts')]
  const ended = await wippy(args, { cwd, node, env: { WIPPY_TEST_LOADED: list, ...env } })
  assert.ok(ended.code === 0 || ended.err.includes('NO_NODE'), ended.err)
  return [...new Set(readFileSync(list, 'utf8').trim().split('\n'))]
}

/** Files of this project and of packages that `wippy ARGS` loads from the sources, relative to the project. */
const loadedBy = async (...args: string[]): Promise<string[]> => {
  const files = (await urlsBy(args, { WIPPY_DEBUG: '1' })).filter((url) => url.startsWith('file:'))
  return files.map((url) => relative(ROOT, fileURLToPath(url))).filter((file) => /^(?:src|dist|node_modules)\b/.test(file))
}

const packagesIn = (files: readonly string[]): string[] => [
  ...new Set(files.flatMap((file) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? [])),
]

test('hello world loads no package but these two: no database, no network, no plugins, not even oclif', async () => {
  assert.equal(packagesIn(await loadedBy('run', 'hello')).sort(), ['msgpackr', 'yaml'])
})

test('hello world as it is built loads no cryptography and no compression', async () => {
  const loaded = await urlsBy(['run', 'hello'])
  assert.ok(loaded.includes('node:fs'))
  for (const name of ['node:crypto', 'node:zlib']) assert.not.ok(loaded.includes(name), name)
})

test('a look at the processes that run loads no oclif either', async () => {
  assert.equal(packagesIn(await loadedBy('ps')), ['msgpackr'])
})

test('of the services of Lua modules, hello world loads the one it declares', async () => {
  const files = await loadedBy('run', 'hello')
  const modules = features.flatMap(({ modules = [] }) => modules)
  const always = ['events', 'logger', 'process'] // the bus, and what is ambient
  const loaded = modules.filter((name) => !always.includes(name) && files.includes(join('src', 'service', `${name}.ts`)))
  assert.equal(loaded, ['io'])
})

test('the version, and a command that looks at a running node, load nothing of the runtime', async () => {
  for (const command of ['version', 'ps']) {
    const files = await loadedBy(command)
    const runtime = files.filter((file) => /^src\/(?:app|kernel|lua|registry|service|vm)\b/.test(file))
    assert.equal(runtime, [], command)
  }
})

test.run()
