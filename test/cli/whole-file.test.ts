import { spawnSync } from 'node:child_process'
import { existsSync, lstatSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { writeWhole } from '../../src/cli/whole-file.ts'
import { directoryWith } from '../registry/scratch.ts'

const test = suite('whole files')

test('a file is made or replaced, and nothing else is left; a link is followed', () => {
  const root = directoryWith({ 'there.txt': 'old', 'far/away.txt': 'old' })
  symlinkSync('far/away.txt', join(root, 'link.txt'))
  for (const name of ['new.txt', 'there.txt', 'link.txt']) writeWhole(join(root, name), 'new')
  assert.equal(readdirSync(root).sort(), ['far', 'link.txt', 'new.txt', 'there.txt'])
  assert.equal(readdirSync(join(root, 'far')), ['away.txt'])
  assert.is(lstatSync(join(root, 'link.txt')).isSymbolicLink(), true)
  for (const name of ['new.txt', 'there.txt', 'far/away.txt']) assert.is(readFileSync(join(root, name), 'utf8'), 'new')
})

test('a folder is refused, and nothing is left', () => {
  const root = directoryWith({ 'folder/x': '' })
  assert.throws(() => writeWhole(join(root, 'folder'), 'new'), /EISDIR/)
  assert.throws(() => writeWhole(join(root, 'none/x'), 'new'), /ENOENT/)
  assert.equal(readdirSync(root), ['folder'])
})

if (existsSync('/dev/fd'))
  test('a pipe is written into, and stays one', () => {
    const root = directoryWith({})
    const write = `import { writeWhole } from ${JSON.stringify(join(import.meta.dirname, '../../src/cli/whole-file.ts'))}; writeWhole('pipe', 'through it')`
    const script = 'mkfifo pipe && { cat pipe & "$0" --input-type=module -e "$1"; wait; test -p pipe; }'
    const { status, stdout, stderr } = spawnSync('bash', ['-c', script, process.execPath, write], { cwd: root, encoding: 'utf8' })
    assert.equal([status, stdout, stderr], [0, 'through it', ''])
    assert.equal(readdirSync(root), ['pipe'])
  })

test.run()
