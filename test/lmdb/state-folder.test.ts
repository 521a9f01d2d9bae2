import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Client } from '../../src/control/client.ts'
import { waitForSeat } from '../../src/control/seat.ts'
import { StateFolder } from '../../src/lmdb/state-folder.ts'
import { directoryWith } from '../registry/scratch.ts'

const test = suite('state folder')

const NOBODY = 65534

/** Does something as a user who may do less than this one. */
const asNobody = async (act: () => Promise<void>): Promise<void> => {
  const isRoot = process.geteuid?.() === 0
  if (isRoot) process.seteuid?.(NOBODY)
  try {
    await act()
  } finally {
    if (isRoot) process.seteuid?.(0)
  }
}

const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => null,
    (error) => [error.code, error.kind, error.where?.file],
  )

if (process.platform !== 'win32')
  test('what somebody else has stored is not taken for nothing', async () => {
    const folder = join(directoryWith({ 'state/state.lmdb': 'theirs' }), 'state')
    chmodSync(join(folder, '..'), 0o755)
    chmodSync(folder, 0)
    const denied = ['STATE_UNREADABLE', 'PermissionDenied', folder]
    try {
      await asNobody(async () => {
        assert.equal(await codeOf(new StateFolder(folder).existing()), denied)
        assert.equal(await codeOf(waitForSeat(folder, 'starting')), denied)
        assert.equal(await codeOf(Client.connect({ folder })), denied)
      })
    } finally {
      chmodSync(folder, 0o700)
    }
  })

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
