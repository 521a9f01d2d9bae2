// Directories: what is done in them, and that nothing leads out.

import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { directoryWith } from '../registry/scratch.ts'
import { type Draft, failure, type TestApp, withApp } from '../support/app.ts'

const test = suite('fs')

const directory = (path: string, more: Readonly<Record<string, unknown>> = {}): Draft => ({
  kind: 'fs.directory',
  directory: path,
  ...more,
})
const lua = (app: TestApp, code: string): Promise<unknown> =>
  app.eval(`local fs = require('fs') local vol = assert(fs.get('app:dir')) ${code}`, { modules: ['fs', 'stream'] })

test('files are written, read in parts and as a whole, appended to, made only when they are new', () =>
  withApp({ dir: directory(directoryWith({})) }, async (app) => {
    const code = `assert(vol:write_file('/a.txt', 'one\\ntwo')) assert(vol:writefile('a.txt', '\\nthree', 'a'))
      local taken, err = vol:write_file('a.txt', 'x', 'wx')
      local f = assert(vol:open('a.txt', 'r'))
      local lines, s = {}, f:scanner() while s:scan() do lines[#lines + 1] = s:text() end
      local pos = f:seek('end', -5) local last = f:read(100) local none, over = f:read(1)
      local info = f:stat() f:close() f:close() local _, closed = f:read(1)
      local b = assert(vol:open('/b.bin', 'w')) b:write('AAAA') b:seek('set', 0) b:write('B\\0') b:sync() b:close()
      local copy = assert(vol:open('/b.bin', 'r')) assert(vol:write_file('/c.bin', copy))
      return { vol:read_file('/a.txt'), taken, err:kind(), lines, pos, last, none == nil, over:kind(), tostring(over), info.size, info.type, info.name,
        closed:kind(), vol:readfile('/c.bin'), select(2, vol:open('a.txt', 'rw')):kind(), select(2, vol:open('none', 'r')):kind() }`
    assert.equal(await lua(app, code), [
      ...['one\ntwo\nthree', false, 'AlreadyExists', ['one', 'two', 'three'], 8, 'three', true, 'NotFound', 'EOF', 13, 'file', 'a.txt'],
      ...['Internal', 'B\0AA', 'Invalid', 'NotFound'],
    ])
  }))

test('directories: made, listed, walked, removed when they are empty', () =>
  withApp({ dir: directory(directoryWith({})) }, async (app) => {
    const code = `assert(vol:mkdir('/d')) assert(vol:mkdir('d/e')) vol:write_file('d/f', 'x')
      local again, there = vol:mkdir('/d')
      assert(vol:chdir('d')) local here = vol:pwd() assert(vol:chdir('e')) assert(vol:chdir('..')) local back = vol:pwd()
      local items = {} for item in vol:readdir('.') do items[#items + 1] = item.name .. ':' .. item.type end
      local full, not_empty = vol:remove('/d') local file, not_dir = vol:chdir('f') local _, no_list = vol:readdir('f')
      vol:remove('f') vol:remove('e') vol:chdir('/') local gone = vol:remove('/d')
      return { again, there:kind(), here, back, items, full, not_empty:kind(), file, not_dir:kind(), no_list:kind(), gone, vol:exists('/d'), vol:exists('/'),
        vol:isdir('/'), select(2, vol:remove('/')):kind(), select(2, vol:stat('')):kind() }`
    assert.equal(await lua(app, code), [
      ...[
        false,
        'AlreadyExists',
        '/d',
        '/d',
        ['e:directory', 'f:file'],
        false,
        'Invalid',
        false,
        'Invalid',
        'Invalid',
        true,
        false,
        true,
        true,
      ],
      ...['Invalid', 'Invalid'],
    ])
  }))

test('nothing leads out: no path, no link, no null byte, no file that is none', () => {
  const root = directoryWith({ 'inside/a.txt': 'a', 'secret.txt': 'secret' })
  const inside = join(root, 'inside')
  symlinkSync('../secret.txt', join(inside, 'out'))
  symlinkSync('..', join(inside, 'up'))
  symlinkSync('a.txt', join(inside, 'in'))
  symlinkSync('../made.txt', join(inside, 'new'))
  symlinkSync('loop', join(inside, 'loop'))
  return withApp({ dir: directory(inside) }, async (app) => {
    const kind = (code: string): Promise<unknown> => lua(app, `local _, err = ${code} return err and err:kind() or 'fine'`)
    for (const path of ['out', 'up/secret.txt', 'up']) assert.is(await kind(`vol:stat('${path}')`), 'PermissionDenied', path)
    for (const path of ['out', 'up/secret.txt', 'up/more.txt']) {
      assert.is(await kind(`vol:write_file('${path}', 'x')`), 'PermissionDenied', path)
      assert.is(await kind(`vol:read_file('${path}')`), path === 'up/more.txt' ? 'NotFound' : 'PermissionDenied', path)
    }
    assert.is(await kind(`vol:write_file('new', 'x')`), 'NotFound')
    assert.is(await kind(`vol:mkdir('up/dir')`), 'PermissionDenied')
    assert.is(await kind(`vol:remove('up/secret.txt')`), 'PermissionDenied')
    assert.is(await kind(`vol:stat('loop')`), 'PermissionDenied')
    assert.is(await kind(`vol:stat('a\\0b')`), 'Invalid')
    assert.is(await kind(`vol:stat('/../../../../etc/passwd')`), 'NotFound')
    assert.equal(await lua(app, `return { vol:read_file('in'), vol:read_file('/../a.txt') }`), ['a', 'a'])
    assert.equal(await lua(app, `local names = {} for item in vol:readdir('/') do names[#names + 1] = item.name end return names`), [
      'a.txt',
    ])
    assert.is(await kind(`vol:remove('out')`), 'fine')
    assert.equal([readFileSync(join(root, 'secret.txt'), 'utf8'), existsSync(join(root, 'made.txt'))], ['secret', false])
  })
})

test('entries: made when they say so, only to be read, inside the app when made at run time', async () => {
  const root = directoryWith({ 'a.txt': 'a' })
  const drafts = {
    dir: directory(root, { read_only: true }),
    made: directory('./data/files', { auto_init: true }),
    missing: directory('./nowhere'),
  }
  await withApp(drafts, async (app) => {
    assert.equal(
      app.node.problems.map(({ where }) => where?.entry),
      ['app:missing'],
    )
    assert.ok(existsSync(join(app.root, 'data/files')))
    const kinds = `local kinds = {} for _, err in ipairs{ select(2, vol:write_file('b', 'x')), select(2, vol:remove('a.txt')), select(2, vol:mkdir('d')),
      select(2, vol:open('b', 'a')) } do kinds[#kinds + 1] = err:kind() end return { vol:read_file('a.txt'), kinds }`
    assert.equal(await lua(app, kinds), ['a', Array(4).fill('PermissionDenied')])
    assert.is((await failure(app.make('app:outside', directory('/etc')))).code, 'ENTRY_FIELD')
    assert.is((await failure(app.make('app:outside', directory('../..')))).code, 'ENTRY_FIELD')
    await app.make('app:inside', directory('./data'))
    assert.is(await app.eval(`return select(2, require('fs').get('app:none')):kind()`, { modules: ['fs'] }), 'NotFound')
  })
})

test('what is too large is read in parts; what a process leaves open is closed', () => {
  const root = directoryWith({})
  writeFileSync(join(root, 'large'), Buffer.alloc(17 * 1024 ** 2))
  mkdirSync(join(root, 'many'))
  return withApp({ dir: directory(root) }, async (app) => {
    assert.match(String(await lua(app, `return tostring(select(2, vol:read_file('large')))`)), /open it and read it in parts/)
    const many = `for i = 1, 256 do assert(vol:open('large', 'r')) end return select(2, vol:open('large', 'r')):kind()`
    assert.is(await lua(app, many), 'RateLimited')
    assert.is(await lua(app, many), 'RateLimited')
  })
})

test.run()
