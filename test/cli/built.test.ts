import { cpSync, existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { directoryWith } from '../registry/scratch.ts'
import { HELLO, HELLO_LUA, index, ROOT, wippy } from './command.ts'

const test = suite('a clone builds its sources once')

const app = directoryWith({ 'src/_index.yaml': index(HELLO), 'src/hello.lua': HELLO_LUA })

/** A clone with packages of its own to keep builds in. */
const clone = (): string => {
  const root = directoryWith({ 'node_modules/.keep': '' })
  for (const name of ['bin', 'src', 'package.json', 'package-lock.json']) cpSync(join(ROOT, name), join(root, name), { recursive: true })
  symlinkSync(join(ROOT, 'wasm'), join(root, 'wasm'))
  for (const name of readdirSync(join(ROOT, 'node_modules'))) {
    if (!name.startsWith('.')) symlinkSync(join(ROOT, 'node_modules', name), join(root, 'node_modules', name))
  }
  return root
}
const hello = (root: string) => wippy(['run', 'hello'], { cwd: app, bin: join(root, 'bin', 'wippy.js') })
const cacheOf = (root: string): string => join(root, 'node_modules', '.cache', 'wippy')
const builds = (root: string): string[] => readdirSync(cacheOf(root)).filter((name) => name.startsWith('build-'))

/** Changes what the version command says. */
const change = (root: string, text: string): void => {
  const file = join(root, 'src', 'cli', 'commands', 'version.ts')
  writeFileSync(file, readFileSync(file, 'utf8').replace(/print\(.*\)/, `print('${text}')`))
}
const said = async (root: string): Promise<string> => (await wippy(['version'], { cwd: app, bin: join(root, 'bin', 'wippy.js') })).out

test('a build is made by the first start, used by the next, and made again when a source has changed', async () => {
  const root = clone()
  for (let run = 1; run <= 2; run++) {
    const ended = await hello(root)
    assert.equal([ended.code, ended.out, ended.err], [0, 'Hello\n', ''])
    assert.is(builds(root).length, 1)
  }
  change(root, 'one')
  assert.is(await said(root), 'one\n')
  change(root, 'two') // of the same size
  assert.is(await said(root), 'two\n')
  assert.is(builds(root).length, 3)
})

test('many first starts at once all run', async () => {
  const root = clone()
  const all = await Promise.all([hello(root), hello(root), hello(root)])
  for (const { code, out, err } of all) {
    assert.equal([code, out], [0, 'Hello\n'])
    assert.match(err, /^(|.* this runs beside it.*\n)$/)
  }
  assert.is((await hello(root)).out, 'Hello\n')
})

test('what cannot be built runs from the sources, and is not tried again until they have changed', async () => {
  const root = clone()
  const tries = () => readFileSync(join(root, 'tries'), 'utf8').length
  const failing = "import { appendFileSync } from 'node:fs'\nappendFileSync(new URL('../tries', import.meta.url), 'x')\nprocess.exit(1)\n"
  writeFileSync(join(root, 'bin', 'bundle.mts'), failing)
  assert.is((await hello(root)).out, 'Hello\n')
  assert.is((await hello(root)).out, 'Hello\n')
  assert.is(tries(), 1)
  change(root, 'changed')
  assert.is(await said(root), 'changed\n')
  assert.is(tries(), 2)
  assert.equal(builds(root), [])
})

test('a broken note about the build is made anew; a build that is gone is too', async () => {
  const root = clone()
  await hello(root)
  writeFileSync(join(cacheOf(root), 'current.json'), '{"from":')
  assert.is((await hello(root)).out, 'Hello\n')
  for (const name of builds(root)) rmSync(join(cacheOf(root), name), { recursive: true })
  const ended = await hello(root)
  assert.equal([ended.code, ended.out, ended.err], [0, 'Hello\n', ''])
})

test('compiled code is kept where nobody else can put any: with its build, or at home', async () => {
  const root = clone()
  const [temporary, home] = [directoryWith({}), directoryWith({})]
  const env = {
    TMPDIR: temporary,
    TMP: temporary,
    TEMP: temporary,
    HOME: home,
    USERPROFILE: home,
    XDG_CACHE_HOME: '',
    NODE_COMPILE_CACHE: '',
  }
  const version = (more: Readonly<Record<string, string>>) =>
    wippy(['version'], { cwd: app, bin: join(root, 'bin', 'wippy.js'), env: { ...env, ...more } })
  await version({})
  const [build] = builds(root)
  assert.ok(readdirSync(join(cacheOf(root), build!, 'compiled')).length > 0)
  assert.not.ok(existsSync(join(home, '.cache')))
  await version({ WIPPY_DEBUG: '1' })
  assert.ok(readdirSync(join(home, '.cache', 'wippy')).length > 0)
  assert.equal(readdirSync(temporary), [])
})

test.run()
