import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readPack, unpack } from '../../src/app/pack.ts'
import type { WippyError } from '../../src/error.ts'
import { encode } from '../../src/msgpack.ts'
import { directoryWith } from '../registry/scratch.ts'
import { assertPlain, HELLO, index, ROOT, wippy } from './command.ts'
import { here } from './here.ts'

const test = suite('packs')

const ENTRIES = `${HELLO.replace('[io]', '[io, funcs, registry]')}  - { name: markdown, kind: plugin.component, path: plugins/markdown.wasm }
  - { name: to_html, kind: plugin.function, plugin: markdown, export: to-html }
  - { name: word, kind: registry.entry, text: moon }
`
const LUA = `local io, funcs, registry = require("io"), require("funcs"), require("registry")
return { main = function(text)
  io.print(assert(funcs.call("app:to_html", text)))
  io.print(registry.get("app:word").data.text, registry.get("mod:it").data.n)
end }
`
const app = () => {
  const cwd = directoryWith({
    'app/src/_index.yaml': index(ENTRIES),
    'app/src/hello.lua': LUA,
    'app/wippy.config.ts':
      "export default { src: './src', replacements: { 'org/mod': '../mod' }, override: { 'app:word:text': 'sun' }, control: { token: 'secret secret secret' } }\n",
    'mod/_index.yaml': 'namespace: mod\nentries:\n  - { name: it, kind: registry.entry, n: 7 }\n',
  })
  mkdirSync(join(cwd, 'app/plugins'))
  symlinkSync(join(ROOT, 'plugins/markdown/markdown.wasm'), join(cwd, 'app/plugins/markdown.wasm'))
  return cwd
}

test('an app is packed into one file, which runs where nothing else of it is', async () => {
  const cwd = app()
  const packed = await here(['pack', 'app', '-o', 'it.wapp'], { cwd })
  assert.equal([packed.code, packed.err], [0, ''])
  assert.match(packed.out, /^it\.wapp, [\d.]+ KiB; to run it: wippy run it\.wapp\n$/)
  rmSync(join(cwd, 'app'), { recursive: true })
  rmSync(join(cwd, 'mod'), { recursive: true })
  const bytes = readFileSync(join(cwd, 'it.wapp'))
  assert.not.ok(readPack(bytes, 'it.wapp').some(([, content]) => Buffer.from(content).includes('secret secret')))
  const ended = await wippy(['run', 'it.wapp', 'hello', '*hi*'], { cwd })
  assert.equal([ended.code, ended.out, ended.err], [0, '<p><em>hi</em></p>\n\nsun\t7\n', ''])
  const other = await wippy(['run', '-o', 'app:word:text=stars', 'it.wapp', 'hello', 'x'], { cwd })
  assert.match(other.out, /stars\t7/)
})

test('a pack that is torn, altered, of another version or none is refused, and so is one that is not there', async () => {
  const cwd = directoryWith({ 'src/_index.yaml': index(HELLO), 'src/hello.lua': 'return { main = function() end }' })
  await here(['pack', '-o', 'it.wapp'], { cwd })
  const good = readFileSync(join(cwd, 'it.wapp'))
  const altered = (at: number) => Buffer.concat([good.subarray(0, at), Buffer.from([good[at]! ^ 1]), good.subarray(at + 1)])
  const cases: readonly (readonly [Buffer, string])[] = [
    [good.subarray(0, good.length - 1), 'PACK_DAMAGED'],
    [good.subarray(0, 20), 'PACK_DAMAGED'],
    [altered(good.length - 5), 'PACK_DAMAGED'],
    [altered(15), 'PACK_DAMAGED'],
    [altered(10), 'PACK_VERSION'],
    [altered(0), 'PACK_FORMAT'],
    [Buffer.alloc(0), 'PACK_FORMAT'],
  ]
  for (const [bytes, code] of cases) {
    writeFileSync(join(cwd, 'bad.wapp'), bytes)
    const ended = await wippy(['run', 'bad.wapp', 'hello'], { cwd })
    assert.equal([ended.code, ended.out], [3, ''], code)
    assert.match(ended.err, code)
    assertPlain(ended)
  }
  const none = await wippy(['run', 'none.wapp'], { cwd })
  assert.is(none.code, 4)
  assert.match(none.err, /there is no file none\.wapp \[PACK_NOT_FOUND\]/)
})

test('a path in a pack that leads out of it is refused', () => {
  for (const path of ['../x', '/x', 'a/../../x', 'a//x', '', 'a\\x', './x']) {
    const body = gzipSync(encode({ name: 'x', files: [[path, Buffer.from('x')]] }))
    const pack = Buffer.concat([Buffer.from('WIPPY-PACK'), Buffer.from([1]), createHash('sha256').update(body).digest(), body])
    assert.throws(
      () => readPack(pack, 'x'),
      (error: WippyError) => error.code === 'PACK_DAMAGED',
      path,
    )
  }
})

test('of several that unpack one pack at the same moment each finds it whole', async () => {
  const files = Object.fromEntries(Array.from({ length: 300 }, (_, n) => [`src/${n}.lua`, `return ${n}`]))
  const cwd = directoryWith({ 'src/_index.yaml': index(HELLO), 'src/hello.lua': 'return { main = function() end }', ...files })
  await here(['pack', '-o', 'it.wapp'], { cwd })
  const all = await Promise.all(Array.from({ length: 4 }, () => wippy(['run', 'it.wapp', 'hello'], { cwd })))
  assert.equal(
    all.map(({ code, err }) => [code === 0 || /STATE_OWNED/.test(err), /ENOTEMPTY|EEXIST/.test(err)]),
    all.map(() => [true, false]),
  )
})

test('what is wrong is not packed; packs that were run long ago do not pile up', async () => {
  const bad = await here(['pack'], { cwd: directoryWith({ 'src/_index.yaml': index(HELLO) }) })
  assert.is(bad.code, 3)
  assert.match(bad.err, 'INCLUDE_MISSING')
  const cwd = directoryWith({ 'src/_index.yaml': index('') })
  const folders: string[] = []
  for (let n = 0; n < 6; n++) {
    writeFileSync(join(cwd, 'src/_index.yaml'), index(`  - { name: a, kind: registry.entry, n: ${n} }\n`))
    await here(['pack', '-o', 'it.wapp'], { cwd })
    folders.push(unpack(join(cwd, 'it.wapp'), join(cwd, 'state')))
  }
  const there = folders.filter((folder) => {
    try {
      return readFileSync(join(folder, 'src/_index.yaml')).length > 0
    } catch {
      return false
    }
  })
  assert.ok(there.length === 4 && there.includes(folders[5]!), there.join())
})

test.run()
