import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { makeFolder } from '../../src/lmdb/folder.ts'
import { directoryWith } from '../registry/scratch.ts'

const test = suite('folder')

test('a folder is made with those it is in, all with the mode; one that is there stays', () => {
  const root = directoryWith({ file: '' })
  assert.is(makeFolder(join(root, 'a/b/c'), 0o700), true)
  for (const name of ['a', 'a/b', 'a/b/c']) assert.is(statSync(join(root, name)).mode & 0o777, 0o700)
  assert.is(makeFolder(join(root, 'a/b/c'), 0o755), false)
  assert.is(statSync(join(root, 'a/b/c')).mode & 0o777, 0o700)
})

test('a file in the way, and a place that takes no folders, are refused at once', () => {
  const root = directoryWith({ file: '' })
  const refused = (path: string): string | undefined => {
    try {
      makeFolder(path)
    } catch (error) {
      return (error as NodeJS.ErrnoException).code
    }
    return undefined
  }
  assert.is(refused(join(root, 'file')), 'ENOTDIR')
  assert.is(refused(join(root, 'file/below')), 'ENOTDIR')
  // Linux says there that something is missing, however often it is asked.
  if (existsSync('/proc/self')) assert.is(refused('/proc/self/a/b'), 'ENOENT')
})

test.run()
