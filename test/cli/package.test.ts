import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { directoryWith } from '../registry/scratch.ts'
import { HELLO, HELLO_LUA, index, ROOT, wippy } from './command.ts'

const test = suite('the package')

const pack = ['pack', '--dry-run', '--json', '--ignore-scripts', '--loglevel=silent']
const files: string[] = JSON.parse(execFileSync('npm', pack, { cwd: ROOT, encoding: 'utf8' }))[0].files.map(
  (file: { readonly path: string }) => file.path,
)

test('holds what it needs, and nothing to work on it with', () => {
  const needed = ['bin/wippy.js', 'bin/package.json', 'package.json', 'README.md', 'LICENSE', 'CHANGELOG.md']
  for (const file of [
    ...needed,
    'templates/hello/src/hello.lua',
    'wasm/actor.wasm',
    'wasm/actor.image',
    'wasm/swap.wasm',
    'wasm/courier.wasm',
    'wit/runtime.wit',
  ])
    assert.ok(files.includes(file), file)
  const odd = files.filter(
    (file) =>
      !/^(?:bin\/|dist\/|docs\/[\w-]+\.md$|bench\/(?:README\.md$|apps\/|programs\/)|libraries\/\w+\.lua$|templates\/\w+\/(?:README\.md$|src\/)|wasm\/(?:actor\.|(?:swap|courier)\.wasm$)|wit\/|[A-Z]+(?:\.md)?$|package\.json$)/.test(
        file,
      ),
  )
  assert.equal(odd, [])
})

test('what asks where it lies lies in the build where it lies in src', () => {
  const out = join(directoryWith({}), 'dist')
  execFileSync(process.execPath, [join(ROOT, 'bin', 'bundle.mts'), out], { cwd: ROOT })
  const asks = (folder: string, file: string): boolean => /\bimport\.meta\b/.test(readFileSync(join(folder, file), 'utf8'))
  const asking = globSync('**/*.js', { cwd: out }).filter((file) => asks(out, file) && !file.startsWith('start'))
  assert.ok(asking.length > 3)
  for (const file of asking) {
    const source = file.replace(/\.js$/, '.ts')
    assert.ok(existsSync(join(ROOT, 'src', source)) && asks(join(ROOT, 'src'), source), file)
  }
})

test('runs from what the build makes', async () => {
  const installed = directoryWith({ 'node_modules/wippy/.keep': '' })
  const home = join(installed, 'node_modules', 'wippy')
  for (const file of files.filter((path) => !path.startsWith('dist/'))) cpSync(join(ROOT, file), join(home, file))
  execFileSync(process.execPath, [join(ROOT, 'bin', 'bundle.mts'), join(home, 'dist')], { cwd: ROOT })
  mkdirSync(join(home, 'node_modules'), { recursive: true })
  const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  for (const name of Object.keys(dependencies)) {
    mkdirSync(join(home, 'node_modules', name, '..'), { recursive: true })
    symlinkSync(join(ROOT, 'node_modules', name), join(home, 'node_modules', name))
  }
  const cwd = directoryWith({
    'package.json': '{"type": "module"}',
    'wippy.config.ts': "import { defineConfig } from 'wippy'\nexport default defineConfig({ src: './entries' })\n",
    'entries/_index.yaml': index(HELLO),
    'entries/hello.lua': HELLO_LUA,
  })
  symlinkSync(join(installed, 'node_modules'), join(cwd, 'node_modules'))
  const ended = await wippy(['run', 'hello', 'there'], { cwd, bin: join(home, 'bin', 'wippy.js') })
  assert.equal([ended.code, ended.out, ended.err], [0, 'Hello\tthere\n', ''])
})

test.run()
