import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { WippyError } from '../../src/error.ts'
import { Environment } from '../../src/lmdb/environment.ts'
import { StateFolder } from '../../src/lmdb/state-folder.ts'
import type { Booted } from '../../src/registry/birth.ts'
import { type Entry, makeEntry } from '../../src/registry/entry.ts'
import { Records } from '../../src/registry/entry-record.ts'
import { Registry } from '../../src/registry/registry.ts'
import { StoredHistory } from '../../src/registry/stored-history.ts'
import { codes, directoryWith, entry } from './scratch.ts'

const test = suite('stored history')

const create = (made: Entry) => ({ kind: 'entry.create', entry: made }) as const
const update = (made: Entry) => ({ kind: 'entry.update', entry: made }) as const
const remove = (id: string) => ({ kind: 'entry.delete', id }) as const
const data = (id: string, value: unknown): Entry => entry(id, 'registry.entry', { value })

type Up = { readonly registry: Registry; readonly history: StoredHistory; readonly booted: Booted; readonly state: StateFolder }

const up = async (
  root: string,
  files: readonly Entry[],
  { keep, unread }: { readonly keep?: number; readonly unread?: string } = {},
): Promise<Up> => {
  const state = new StateFolder(join(root, '.wippy'))
  const history = new StoredHistory({ state, root, now: () => 5000, ...(keep === undefined ? {} : { keep }) })
  const registry = new Registry({ history, now: () => 7000 })
  return { registry, history, booted: await registry.boot(files, new Set(unread === undefined ? [] : [unread])), state }
}

/** One life of a node: what `act` does with it, and what it answers. */
const life = async <T>(
  root: string,
  files: readonly Entry[],
  act: (up: Up) => Promise<T> | T,
  options: Parameters<typeof up>[2] = {},
): Promise<T> => {
  const there = await up(root, files, options)
  try {
    return await act(there)
  } finally {
    await there.state.close()
  }
}
const shown = ({ registry }: Up) =>
  Object.fromEntries(
    registry
      .snapshot()
      .entries()
      .map(({ id, data }) => [id, (data as { value: unknown }).value]),
  )
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no error',
    (error) => (error instanceof WippyError ? error.code : String(error)),
  )

test('nothing is stored before something is changed', async () => {
  const root = directoryWith({})
  const files = [data('a:x', 1)]
  await life(root, files, async ({ registry, state }) => {
    assert.equal([registry.current.id, registry.versions().length, await state.existing()], [0, 1, null])
    await registry.apply([create(data('a:y', 2))], { author: 'ada', message: 'a second one' })
  })
  await life(root, files, (there) => {
    assert.equal(shown(there), { 'a:x': 1, 'a:y': 2 })
    assert.equal(there.registry.versions(), [
      { id: 0, parent: null, author: '', time: 5000, message: 'baseline' },
      { id: 1, parent: 0, author: 'ada', time: 7000, message: 'a second one' },
    ])
    assert.equal(codes(there.booted.warnings), [])
  })
})

test('what was changed at run time is laid over the files, going back and forth included', async () => {
  const root = directoryWith({})
  const files = [data('a:x', 1), data('a:y', 1), data('a:z', 1)]
  await life(root, files, async ({ registry }) => {
    await registry.apply([update(data('a:x', 2)), remove('a:y'), create(data('a:new', 1))])
    await registry.apply([update(data('a:x', 3))])
    await registry.applyVersion(1)
  })
  await life(root, files, async (there) => {
    assert.equal([there.registry.current.id, shown(there)], [1, { 'a:new': 1, 'a:x': 2, 'a:z': 1 }])
    assert.equal(
      there.registry
        .snapshotAt(0)
        .entries()
        .map(({ id }) => id),
      ['a:x', 'a:y', 'a:z'],
    )
    assert.equal(there.registry.snapshotAt(2).get('a:x')?.data, { value: 3 })
    await there.registry.applyVersion(2)
    await there.registry.apply([remove('a:new')])
    await there.registry.applyVersion(0)
  })
  await life(root, files, async (there) => {
    assert.equal([there.registry.current.id, shown(there)], [0, { 'a:x': 1, 'a:y': 1, 'a:z': 1 }])
    assert.equal(there.history.differences(), [])
    await there.registry.applyVersion(3)
    assert.equal(shown(there), { 'a:x': 3, 'a:z': 1 })
  })
})

test('a change of the files while the node was away is a version of its own', async () => {
  const root = directoryWith({})
  await life(root, [data('a:x', 1), data('a:y', 1), data('a:w', 1)], ({ registry }) => registry.apply([update(data('a:y', 'runtime'))]))
  const files = [data('a:x', 2), data('a:y', 1), data('a:new', 1)]
  for (const _ of ['the first time', 'the second time']) {
    await life(root, files, (there) => {
      assert.equal([there.registry.current.id, shown(there)], [2, { 'a:new': 1, 'a:x': 2, 'a:y': 'runtime' }])
      assert.equal([there.registry.current.author, there.registry.current.parent], ['files', 1])
      assert.equal(
        there.registry.changes(2).map(({ kind, entry: { id } }) => `${kind} ${id}`),
        ['entry.delete a:w', 'entry.update a:x', 'entry.create a:new'],
      )
    })
  }
  await life(root, files, async (there) => {
    await there.registry.applyVersion(0)
    assert.equal(shown(there), { 'a:w': 1, 'a:x': 1, 'a:y': 1 })
  })
  await life(root, files, (there) => assert.equal([there.registry.current.id, shown(there)], [0, { 'a:w': 1, 'a:x': 1, 'a:y': 1 }]))
})

test('changed in the files and at run time: what runs stays, it is said at every start, and both are kept', async () => {
  const root = directoryWith({})
  const clash = async ({ registry }: Up) => {
    await registry.apply([update(data('a:x', 'runtime')), remove('a:y'), update(data('a:z', 'runtime')), update(data('a:same', 2))])
  }
  await life(root, [data('a:x', 1), data('a:y', 1), data('a:z', 1), data('a:same', 1)], clash)
  const files = [data('a:x', 'file'), data('a:y', 'file'), data('a:same', 2)]
  for (const _ of ['the first time', 'the second time']) {
    await life(root, files, (there) => {
      assert.equal(shown(there), { 'a:same': 2, 'a:x': 'runtime', 'a:z': 'runtime' })
      assert.equal(codes(there.booted.warnings), ['REGISTRY_CLASH', 'REGISTRY_CLASH', 'REGISTRY_CLASH'])
      assert.equal(
        there.history.differences().map(({ id, file, since }) => [id, file && (file.data as { value: unknown }).value, since]),
        [
          ['a:x', 'file', 1],
          ['a:y', 'file', 1],
          ['a:z', null, 1],
        ],
      )
    })
  }
  await life(root, files, async ({ registry, history }) => {
    await history.acknowledge(['a:x'])
    await registry.apply([create(data('a:y', 'file'))], { baseline: true })
  })
  await life(root, files, ({ booted, history }) => {
    assert.equal(
      booted.warnings.map(({ where }) => where?.entry),
      ['a:z'],
    )
    assert.equal(
      history.differences().map(({ id, since }) => [id, since]),
      [
        ['a:x', null],
        ['a:z', 1],
      ],
    )
  })
  await life(
    root,
    [data('a:x', 'runtime'), data('a:y', 'file'), data('a:same', 2), data('a:z', 'runtime')],
    ({ booted, history, registry }) => {
      assert.equal([booted.warnings, history.differences(), registry.current.id], [[], [], 2])
    },
  )
})

test('what a saved file brought to a running node is no change at run time', async () => {
  const root = directoryWith({})
  await life(root, [data('a:x', 1)], async ({ registry }) => {
    await registry.apply([update(data('a:x', 2))])
    await registry.apply([update(data('a:x', 3))], { baseline: true, author: 'files' })
  })
  await life(root, [data('a:x', 4)], (there) => {
    assert.equal([shown(there), there.booted.warnings, there.registry.current.id], [{ 'a:x': 4 }, [], 3])
  })
})

test('a file that cannot be read takes nothing away', async () => {
  const root = directoryWith({})
  const origin = {
    file: 'src/a.yaml',
    path: join(root, 'src/a.yaml'),
    base: root,
    line: 3,
    column: 5,
    spots: new Map(),
    sources: new Map(),
  }
  const inFile = makeEntry({ id: 'a:x', kind: 'registry.entry', data: { value: 1 }, origin })
  await life(root, [inFile, data('b:y', 1)], ({ registry }) => registry.apply([create(data('c:z', 1))]))
  await life(
    root,
    [data('b:y', 1)],
    (there) => {
      assert.equal([there.registry.current.id, shown(there)], [1, { 'a:x': 1, 'b:y': 1, 'c:z': 1 }])
      const { file, path, base, line } = there.registry.get('a:x')!.origin!
      assert.equal({ file, path, base, line }, { file: 'src/a.yaml', path: join(root, 'src/a.yaml'), base: root, line: 3 })
    },
    { unread: 'src/a.yaml' },
  )
  await life(root, [inFile, data('b:y', 1)], (there) => assert.is(there.registry.current.id, 1))
})

test('entries keep their values: integers, floats, bytes, lists, dots in keys', async () => {
  const root = directoryWith({})
  const value = { big: 2n ** 60n, half: 0.5, minus: -7, bytes: new Uint8Array([0, 255]), list: [null, true, { 'a.b': [] }], ключ: 'ß' }
  await life(root, [], ({ registry }) => registry.apply([create(entry('a:x', 'registry.entry', value, { tags: ['one'] }))]))
  await life(root, [], ({ registry }) => {
    const { data, meta, kind } = registry.get('a:x')!
    assert.equal(
      [kind, meta, { ...(data as typeof value), bytes: [...(data as typeof value).bytes] }],
      ['registry.entry', { tags: ['one'] }, { ...value, bytes: [0, 255] }],
    )
  })
})

test('only so many versions are kept', async () => {
  const root = directoryWith({})
  const keep = 5
  await life(
    root,
    [data('a:x', 0)],
    async ({ registry }) => {
      for (let at = 1; at <= 20; at++) await registry.apply([update(data('a:x', at))])
      assert.equal(
        registry.versions().map(({ id }) => id),
        [16, 17, 18, 19, 20],
      )
    },
    { keep },
  )
  await life(
    root,
    [data('a:x', 0)],
    async ({ registry, history }) => {
      assert.equal(registry.snapshotAt(16).get('a:x')?.data, { value: 16 })
      assert.is(await codeOf(registry.applyVersion(15)), 'VERSION_NOT_FOUND')
      await registry.applyVersion(18)
      assert.is(await history.prune(1), 2)
      assert.equal(
        registry.versions().map(({ id }) => id),
        [18, 19, 20],
      )
      assert.is((await registry.applyVersion(20)).id, 20)
    },
    { keep },
  )
})

test('with nothing stored there is nothing to take away, and the first change still stores everything', async () => {
  const root = directoryWith({})
  const files = [data('a:x', 1)]
  const ids = ({ registry }: Up): number[] => registry.versions().map(({ id }) => id)
  await life(root, files, async (there) => {
    assert.is(await there.registry.prune(1), 0)
    assert.equal([ids(there), await there.state.existing()], [[0], null])
    await there.registry.apply([create(data('a:y', 2))])
    assert.equal(ids(there), [0, 1])
  })
  await life(root, files, async (there) => {
    assert.equal([ids(there), codes(there.booted.warnings)], [[0, 1], []])
    await there.registry.applyVersion(0)
    assert.equal(shown(there), { 'a:x': 1 })
  })
})

test('while another owns the state it is read, and changes are refused', async () => {
  const root = directoryWith({})
  await life(root, [data('a:x', 1)], ({ registry }) => registry.apply([update(data('a:x', 2))]))
  const owner = new Environment(join(root, '.wippy'))
  await life(root, [data('a:x', 1), data('a:y', 1)], async (there) => {
    assert.equal([there.registry.current.id, shown(there)], [1, { 'a:x': 2, 'a:y': 1 }])
    assert.is(await codeOf(there.registry.apply([update(data('a:x', 3))])), 'STATE_OWNED')
    assert.equal(there.registry.get('a:x')?.data, { value: 2 })
  })
  await owner.close()
})

test('what another stored meanwhile is not written over', async () => {
  const root = directoryWith({})
  const early = await up(root, [data('a:x', 1)])
  await life(root, [data('a:x', 1)], ({ registry }) => registry.apply([update(data('a:x', 2))]))
  assert.is(await codeOf(early.registry.apply([update(data('a:x', 3))])), 'STATE_CHANGED')
  await early.state.close()
  await life(root, [data('a:x', 1)], (there) => assert.equal(shown(there), { 'a:x': 2 }))
})

test('a flipped bit in a record is found, and says where', async () => {
  const root = directoryWith({})
  await life(root, [data('a:x', 1)], ({ registry }) => registry.apply([create(data('a:y', 'text'))]))
  const env = new Environment(join(root, '.wippy'))
  const table = env.table<string>('registry.entries')
  const record = Uint8Array.from(table.get('a:y')!)
  record[record.length - 3]! ^= 4
  await env.write((batch) => batch.put(table, 'a:y', record))
  await env.close()
  const state = new StateFolder(join(root, '.wippy'))
  const registry = new Registry({ history: new StoredHistory({ state, root }) })
  const error = await registry.boot([data('a:x', 1)]).then(
    () => null,
    (error) => error as WippyError,
  )
  assert.equal([error?.code, error?.where?.file], ['STATE_CORRUPT', 'entry "a:y"'])
  await state.close()
})

test('records compare what entries say, not where they were written', () => {
  const records = new Records('/app')
  const at = (line: number) => ({
    file: 'f',
    path: '/app/f',
    base: '/elsewhere',
    line,
    column: 1,
    spots: new Map(),
    sources: new Map([['data.source', 's']]),
  })
  const one = makeEntry({ id: 'a:x', kind: 'k', data: { a: 1, b: 2 }, origin: at(1) })
  assert.ok(records.says(records.entry(one), makeEntry({ id: 'a:x', kind: 'k', data: { a: 1, b: 2 }, origin: at(9) })))
  assert.ok(records.says(records.entry(one), makeEntry({ id: 'a:x', kind: 'k', data: { b: 2, a: 1 } })))
  assert.not.ok(records.says(records.entry(one), makeEntry({ id: 'a:x', kind: 'k', data: { a: 1 } })))
  assert.not.ok(records.says(records.entry(one), null))
  assert.not.ok(records.says(records.entry(null), one))
  assert.ok(records.says(records.entry(null), null))
  const read = new Records('/moved').readEntry('a:x', records.entry(one))!
  assert.equal([read.origin?.path, read.origin?.base, [...read.origin!.sources]], ['/moved/f', '/elsewhere', [['data.source', 's']]])
})

test.run()
