import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parseGrants } from '../../src/plugin/grant.ts'
import { OpenFiles } from '../../src/plugin/open-files.ts'
import { fileInterfaces } from '../../src/plugin/wasi-files.ts'
import { exchangedMeanwhile } from '../support/exchanged.ts'

type Stream = { read(length: bigint): Uint8Array }
type Descriptor = {
  openAt(flags: object, path: string, open: object, access: object): Descriptor
  read(length: bigint, offset: bigint): [Uint8Array, boolean]
  write(bytes: Uint8Array, offset: bigint): bigint
  setSize(size: bigint): void
  sync(): void
  readViaStream(offset: bigint): Stream
  writeViaStream(offset: bigint): { write(bytes: Uint8Array): void }
  readDirectory(): { readDirectoryEntry(): { name: string; type: string } | undefined }
  statAt(flags: object, path: string): { type: string; size: bigint }
  createDirectoryAt(path: string): void
  unlinkFileAt(path: string): void
  renameAt(path: string, to: Descriptor, name: string): void
  symlinkAt(): void
  [Symbol.dispose](): void
}

const test = suite('files of plugins')

let folder = ''
test.before.each(() => {
  folder = mkdtempSync(join(tmpdir(), 'wippy-files-'))
  mkdirSync(join(folder, 'open/deep'), { recursive: true })
  writeFileSync(join(folder, 'secret'), 'secret')
  writeFileSync(join(folder, 'open/note'), 'a note')
  symlinkSync('../secret', join(folder, 'open/escape'))
  symlinkSync('..', join(folder, 'open/up'))
  symlinkSync('note', join(folder, 'open/alias'))
})
test.after.each(() => rmSync(folder, { recursive: true }))

const rootOf = (grant: string): Descriptor => {
  const { getDirectories } = fileInterfaces(parseGrants([grant], folder).mounts, new OpenFiles())['wasi:filesystem/preopens'] as {
    getDirectories(): [Descriptor, string][]
  }
  const [[root, guest]] = getDirectories() as [[Descriptor, string]]
  assert.is(guest, '/data')
  return root
}

const thrown = (work: () => unknown): unknown => {
  try {
    work()
  } catch (error) {
    return error
  }
  return null
}

test('nothing is open without a grant', () => {
  const { getDirectories } = fileInterfaces([], new OpenFiles())['wasi:filesystem/preopens'] as { getDirectories(): unknown[] }
  assert.equal(getDirectories(), [])
})

test('a granted directory can be listed and read', () => {
  const root = rootOf('fs:/data=open')
  const file = root.openAt({}, 'note', {}, { read: true })
  assert.is(Buffer.from(file.read(100n, 2n)[0]).toString(), 'note')
  const stream = file.readViaStream(0n)
  assert.is(Buffer.from(stream.read(3n)).toString(), 'a n')
  assert.is(Buffer.from(stream.read(9n)).toString(), 'ote')
  assert.equal(
    thrown(() => stream.read(1n)),
    { tag: 'closed' },
  )
  assert.is(Buffer.from(root.openAt({ symlinkFollow: true }, 'alias', {}, {}).read(9n, 0n)[0]).toString(), 'a note')
  const names: string[] = []
  const listing = root.readDirectory()
  for (let entry = listing.readDirectoryEntry(); entry; entry = listing.readDirectoryEntry()) names.push(entry.name)
  assert.equal(names.sort(), ['alias', 'deep', 'escape', 'note', 'up'])
})

test('no path leads out: not upward, not absolute, not through links', () => {
  const root = rootOf('fs:/data=open:rw')
  const deep = root.openAt({}, 'deep', { directory: true }, {})
  for (const [from, path] of [
    [root, '../secret'],
    [root, 'deep/../../secret'],
    [root, join(folder, 'secret')],
    [root, '/etc/passwd'],
    [root, 'escape'],
    [root, 'up/secret'],
    [deep, '../../secret'],
    [root, 'note\0x'],
  ] as const) {
    for (const symlinkFollow of [true, false]) {
      const error = thrown(() => from.openAt({ symlinkFollow }, path, {}, { read: true }))
      assert.ok(['not-permitted', 'loop'].includes(error as string), `${path}: ${error}`)
    }
    assert.ok(
      thrown(() => from.openAt({ symlinkFollow: true }, path, { create: true }, { write: true })),
      path,
    )
  }
  assert.is(
    thrown(() => root.symlinkAt()),
    'not-permitted',
  )
  assert.is(readFileSync(join(folder, 'secret'), 'utf8'), 'secret')
})

test('what is granted for reading cannot be changed in any way', () => {
  const root = rootOf('fs:/data=open')
  const errors = [
    () => root.openAt({}, 'new', { create: true }, {}),
    () => root.openAt({}, 'note', { truncate: true }, {}),
    () => root.openAt({}, 'note', {}, { write: true }),
    () => root.openAt({}, 'note', {}, {}).write(Uint8Array.of(1), 0n),
    () => root.createDirectoryAt('x'),
    () => root.unlinkFileAt('note'),
    () => root.renameAt('note', root, 'other'),
  ].map(thrown)
  assert.equal(new Set(errors), new Set(['read-only']))
  assert.is(readFileSync(join(folder, 'open/note'), 'utf8'), 'a note')
})

test('what is granted for writing can be written, moved and deleted', () => {
  const root = rootOf('fs:/data=open:rw')
  const file = root.openAt({}, 'new', { create: true, exclusive: true }, { write: true })
  assert.is(file.write(Buffer.from('hello'), 0n), 5n)
  file[Symbol.dispose]()
  root.createDirectoryAt('more')
  root.renameAt('new', root.openAt({}, 'more', {}, {}), 'newer')
  assert.equal(root.statAt({}, 'more/newer').size, 5n)
  root.unlinkFileAt('more/newer')
  assert.is(
    thrown(() => root.statAt({}, 'more/newer')),
    'no-entry',
  )
})

test('a pipe is not opened: whoever waits for its other end waits for ever', () => {
  execFileSync('mkfifo', [join(folder, 'open/pipe')])
  const root = rootOf('fs:/data=open:rw')
  for (const access of [{ read: true }, { write: true }])
    assert.is(
      thrown(() => root.openAt({}, 'pipe', {}, access)),
      'not-permitted',
    )
})

test('what was dropped cannot be read or written, through a stream or itself, whatever file has its number by now', () => {
  const root = rootOf('fs:/data=open:rw')
  const file = root.openAt({}, 'note', {}, { read: true, write: true })
  const [from, to] = [file.readViaStream(0n), file.writeViaStream(0n)]
  file[Symbol.dispose]()
  const secret = openSync(join(folder, 'secret'), 'r+')
  try {
    const failed = [() => from.read(9n), () => to.write(Buffer.from('spoilt'))].map(thrown) as { readonly tag: string }[]
    assert.equal(
      failed.map(({ tag }) => tag),
      ['last-operation-failed', 'last-operation-failed'],
    )
    assert.is(
      thrown(() => file.read(9n, 0n)),
      'bad-descriptor',
    )
    file[Symbol.dispose]()
    assert.is(readFileSync(secret, 'utf8'), 'secret')
  } finally {
    closeSync(secret)
  }
})

if (process.platform === 'linux') {
  test('a directory that is exchanged for a link after it was looked at leads nowhere', async () => {
    for (const path of ['deep/secret', 'deep/inner/secret']) {
      mkdirSync(join(folder, 'open/deep/inner'), { recursive: true })
      mkdirSync(join(folder, 'inner'), { recursive: true })
      writeFileSync(join(folder, 'inner/secret'), 'secret')
      const root = rootOf('fs:/data=open:rw')
      const exchange = (): void => {
        renameSync(join(folder, 'open/deep'), join(folder, 'open/away'))
        renameSync(join(folder, 'open/up'), join(folder, 'open/deep'))
      }
      const create = (): unknown => root.openAt({}, path, { create: true, truncate: true }, { read: true, write: true })
      const error = await exchangedMeanwhile('deep', exchange, create)
      assert.ok(['loop', 'not-directory', 'not-permitted'].includes(error as string), `${path}: ${error}`)
      assert.equal([readFileSync(join(folder, 'secret'), 'utf8'), readFileSync(join(folder, 'inner/secret'), 'utf8')], ['secret', 'secret'])
      renameSync(join(folder, 'open/deep'), join(folder, 'open/up'))
      renameSync(join(folder, 'open/away'), join(folder, 'open/deep'))
    }
  })
}

test('open files are bounded', () => {
  const root = rootOf('fs:/data=open')
  const held: Descriptor[] = []
  const error = thrown(() => {
    for (let i = 0; i < 1000; i++) held.push(root.openAt({}, 'note', {}, {}))
  })
  assert.is(error, 'insufficient-memory')
  for (const file of held) file[Symbol.dispose]()
  root.openAt({}, 'note', {}, {})[Symbol.dispose]()
})

test('a directory takes as much as was granted, what was there already included', () => {
  const root = rootOf('fs:/data=open:rw:64KiB')
  const file = root.openAt({}, 'new', { create: true }, { write: true })
  const most = 65_536 - 6 * 4096 - 'a note'.length - '../secret'.length - '..'.length - 'note'.length
  const errors = [
    () => file.write(new Uint8Array(most + 1), 0n),
    () => file.write(new Uint8Array(1), 2n ** 60n),
    () => file.setSize(BigInt(most + 1)),
    () => file.writeViaStream(BigInt(most)).write(new Uint8Array(1)),
  ].map(thrown)
  assert.equal(errors.slice(0, 3), ['quota', 'quota', 'quota'])
  assert.is((errors[3] as { tag: string }).tag, 'last-operation-failed')
  assert.is(file.write(new Uint8Array(most), 0n), BigInt(most))
  assert.is(file.write(new Uint8Array(most), 0n), BigInt(most), 'what is written over takes nothing')
  assert.equal([() => file.write(new Uint8Array(1), BigInt(most)), () => root.createDirectoryAt('x')].map(thrown), ['quota', 'quota'])
})

test('what is removed makes room when it is closed as well', () => {
  const root = rootOf('fs:/data=open:rw:64KiB')
  const file = root.openAt({}, 'new', { create: true }, { write: true })
  file.write(new Uint8Array(30_000), 0n)
  root.unlinkFileAt('new')
  const other = root.openAt({}, 'other', { create: true }, { write: true })
  assert.is(
    thrown(() => other.write(new Uint8Array(30_000), 0n)),
    'quota',
  )
  file[Symbol.dispose]()
  assert.is(other.write(new Uint8Array(30_000), 0n), 30_000n)
})

test('nothing is moved from one directory to another: it would be counted nowhere', () => {
  mkdirSync(join(folder, 'small'))
  const mounts = parseGrants(['fs:/a=open:rw', 'fs:/b=small:rw:8KiB'], folder).mounts
  const { getDirectories } = fileInterfaces(mounts, new OpenFiles())['wasi:filesystem/preopens'] as {
    getDirectories(): [Descriptor, string][]
  }
  const [[from], [to]] = getDirectories() as [[Descriptor, string], [Descriptor, string]]
  assert.is(
    thrown(() => from.renameAt('note', to, 'note')),
    'cross-device',
  )
})

test('everything has its price, and is not done without', () => {
  let left = 0
  const charge = (units: number): void => {
    left -= units
    if (left < 0) throw new Error('out of fuel')
  }
  const { mounts } = parseGrants(['fs:/data=open:rw'], folder)
  const { getDirectories } = fileInterfaces(mounts, new OpenFiles(), charge)['wasi:filesystem/preopens'] as {
    getDirectories(): [Descriptor, string][]
  }
  const [[root]] = getDirectories() as [[Descriptor, string]]
  const price = (work: () => unknown): number => {
    left = 10_000_000
    work()
    return 10_000_000 - left
  }
  const open = (): Descriptor => root.openAt({}, 'note', {}, { read: true, write: true })
  assert.ok(price(open) >= 10_000)
  const file = open()
  assert.ok(price(() => file.write(new Uint8Array(100_000), 0n)) >= 100_000)
  assert.ok(price(() => file.read(80_000n, 0n)) >= 10_000)
  assert.ok(price(() => file.sync()) >= 1_000_000)
  assert.ok(price(() => root.readDirectory()) >= 10_000 + 5 * 500)
  left = 0
  const works = [open, () => file.read(1n, 0n), () => file.write(new Uint8Array(1), 0n), () => file.sync(), () => root.unlinkFileAt('note')]
  for (const work of works) assert.is((thrown(work) as Error).message, 'out of fuel')
  assert.is(readFileSync(join(folder, 'open/note')).length, 100_000)
})

test.run()
