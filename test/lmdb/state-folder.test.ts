import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { StateFolder } from '../../src/lmdb/state-folder.ts'

const test = suite('state folder')

test('who looks at what is stored after somebody began to write gets the same, and takes it from nobody', async () => {
  const path = mkdtempSync(join(tmpdir(), 'wippy-state-'))
  const folder = new StateFolder(path)
  try {
    const owned = await folder.owned()
    assert.is(await folder.existing(), owned)
    assert.is(await folder.owned(), owned)
  } finally {
    await folder.close()
    rmSync(path, { recursive: true })
  }
})

test.run()
