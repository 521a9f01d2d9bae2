import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Kind, WippyError } from '../../src/error.ts'
import type { Entry } from '../../src/registry/entry.ts'
import { type History, memoryHistory, versionName } from '../../src/registry/history.ts'
import type { Handler } from '../../src/registry/kinds.ts'
import { type Applied, Registry, type RegistryOptions } from '../../src/registry/registry.ts'
import { codes, entry, ids } from './scratch.ts'

const test = suite('registry')

const create = (made: Entry) => ({ kind: 'entry.create', entry: made }) as const
const update = (made: Entry) => ({ kind: 'entry.update', entry: made }) as const
const remove = (id: string) => ({ kind: 'entry.delete', id }) as const

const booted = async (entries: Entry[] = [], options: RegistryOptions = {}) => {
  const registry = new Registry({ now: () => 1000, ...options })
  await registry.boot(entries)
  return registry
}

const refusal = async (work: Promise<unknown>): Promise<WippyError> => {
  try {
    await work
  } catch (error) {
    if (error instanceof WippyError) return error
    throw error
  }
  throw new Error('it was not refused')
}

/** A handler that writes down what it hears. */
const recorder = (kinds: string, heard: string[], more: Partial<Handler> = {}): Handler => ({
  kinds,
  prepare: ({ kind, entry: { id } }) => void heard.push(`prepare ${kind.slice(6)} ${id}`),
  commit: ({ kind, entry: { id } }) => void heard.push(`commit ${kind.slice(6)} ${id}`),
  discard: ({ kind, entry: { id } }) => void heard.push(`discard ${kind.slice(6)} ${id}`),
  ...more,
})

test('boots at v0, and every apply makes the next version', async () => {
  const registry = await booted([entry('a:x')])
  assert.is(versionName(registry.current), 'v0')
  const version = await registry.apply([create(entry('a:y'))], { author: 'user:1', message: 'add y' })
  assert.equal(version, { id: 1, parent: 0, author: 'user:1', time: 1000, message: 'add y' })
  await registry.apply([remove('a:x')])
  assert.equal(registry.versions().map(versionName), ['v0', 'v1', 'v2'])
  assert.equal(ids(registry.snapshot().entries()), ['a:y'])
  assert.is(registry.get('a:x'), undefined)
  assert.equal(
    registry.changes(2).map(({ kind }) => kind),
    ['entry.delete'],
  )
})

test('a snapshot stays what it was', async () => {
  const registry = await booted([entry('a:x', 'registry.entry', { v: 1 })])
  const before = registry.snapshot()
  await registry.apply([update(entry('a:x', 'registry.entry', { v: 2 }))])
  assert.equal(before.get('a:x')?.data, { v: 1 })
  assert.is(versionName(before.version), 'v0')
  assert.equal(registry.snapshot().need('a:x').data, { v: 2 })
  assert.equal(ids(before.namespace('a')), ['a:x'])
})

test('an entry that must exist is missed with a suggestion', async () => {
  const registry = await booted([entry('app:worker')])
  const error = await refusal(Promise.resolve().then(() => registry.snapshot().need('app:wroker')))
  assert.equal([error.code, error.kind, error.retryable], ['ENTRY_NOT_FOUND', Kind.NotFound, false])
  assert.is(error.hint, 'Did you mean "app:worker"?')
})

test('snapshotAt tells any version without touching the present', async () => {
  const registry = await booted([entry('a:x')])
  await registry.apply([create(entry('a:y'))])
  await registry.apply([remove('a:x')])
  assert.equal(
    [0, 1, 2].map((id) => ids(registry.snapshotAt(id).entries())),
    [['a:x'], ['a:x', 'a:y'], ['a:y']],
  )
  assert.is(registry.current.id, 2)
  assert.is((await refusal(Promise.resolve().then(() => registry.snapshotAt(9)))).code, 'VERSION_NOT_FOUND')
})

test('applyVersion goes back and forward; the next change branches off', async () => {
  const registry = await booted([entry('a:x')])
  await registry.apply([create(entry('a:y'))])
  await registry.apply([create(entry('a:z'))])
  await registry.applyVersion(0)
  assert.equal([registry.current.id, ids(registry.snapshot().entries())], [0, ['a:x']])
  await registry.applyVersion(2)
  assert.equal([registry.current.id, ids(registry.snapshot().entries())], [2, ['a:x', 'a:y', 'a:z']])
  await registry.applyVersion(1)
  const branch = await registry.apply([create(entry('a:w'))])
  assert.equal([branch.id, branch.parent], [3, 1])
  assert.equal(ids(registry.snapshot().entries()), ['a:w', 'a:x', 'a:y'])
  await registry.applyVersion(2)
  assert.equal(ids(registry.snapshot().entries()), ['a:x', 'a:y', 'a:z'])
  assert.is((await refusal(registry.applyVersion(7))).code, 'VERSION_NOT_FOUND')
})

test('versions can be walked from the first to the last and back, branches or not', async () => {
  const registry = await booted([entry('a:x')])
  await registry.apply([create(entry('a:y'))])
  await registry.applyVersion(0)
  await registry.apply([create(entry('a:y'))])
  const forth = [0, 1, 2].map((id) => registry.neighbour(id, 1)?.id ?? null)
  const back = [0, 1, 2].map((id) => registry.neighbour(id, -1)?.id ?? null)
  assert.equal(
    [forth, back],
    [
      [1, 2, null],
      [null, 0, 1],
    ],
  )
  assert.is(registry.version(2).parent, 0)
})

test('a changeset is applied whole or not at all', async () => {
  const registry = await booted([entry('a:x')])
  const error = await refusal(registry.apply([create(entry('a:y')), remove('a:nobody')]))
  assert.is(error.code, 'ENTRY_NOT_FOUND')
  assert.equal([registry.current.id, ids(registry.snapshot().entries())], [0, ['a:x']])
  assert.is((await refusal(registry.apply([]))).message, 'no changes to apply')
})

test('changes thought out on an old version are refused only where that version is outdated', async () => {
  const registry = await booted([entry('a:x', 'registry.entry', { n: 0 }), entry('a:y')])
  await registry.apply([update(entry('a:x', 'registry.entry', { n: 1 }))], { base: 0 })
  const error = await refusal(registry.apply([update(entry('a:x', 'registry.entry', { n: 2 }))], { base: 0 }))
  assert.equal([error.code, error.kind, error.retryable], ['CONFLICT', Kind.Conflict, true])
  await registry.apply([remove('a:y')], { base: 0 })
  await registry.apply([update(entry('a:x', 'registry.entry', { n: 3 }))], { base: 1 })
  assert.equal(registry.get('a:x')?.data, { n: 3 })
  await registry.apply([create(entry('a:new'))], { base: 3 })
  assert.is((await refusal(registry.apply([create(entry('a:new'))], { base: 3 }))).code, 'CONFLICT')
})

test('a check asks handlers, tells what they refuse, and leaves everything as it was', async () => {
  const registry = await booted([entry('a:x')])
  const heard: string[] = []
  registry.kinds.add({
    kinds: 'picky',
    prepare: ({ entry }) => {
      heard.push(`prepare ${entry.id}`)
      if (entry.id === 'a:bad') throw new Error('no')
    },
    commit: ({ entry }) => void heard.push(`commit ${entry.id}`),
    discard: ({ entry }) => void heard.push(`discard ${entry.id}`),
  })
  await registry.check([create(entry('a:good', 'picky')), remove('a:x')], { base: 0 })
  assert.equal(heard, ['prepare a:good', 'discard a:good'])
  assert.is((await refusal(registry.check([create(entry('a:bad', 'picky'))]))).code, 'HANDLER_FAILED')
  assert.is((await refusal(registry.check([create(entry('a:x'))]))).code, 'ENTRY_EXISTS')
  assert.equal([registry.current.id, ids(registry.snapshot().entries())], [0, ['a:x']])
})

test('applies asked for at once happen one after another', async () => {
  const registry = await booted()
  let inside = 0
  let most = 0
  registry.kinds.add({
    kinds: 'slow',
    prepare: async () => {
      most = Math.max(most, ++inside)
      await new Promise((done) => setImmediate(done))
      inside--
    },
  })
  const versions = await Promise.all(['a:1', 'a:2', 'a:3'].map((id) => registry.apply([create(entry(id, 'slow'))])))
  assert.equal([versions.map(({ id }) => id), most], [[1, 2, 3], 1])
})

test('handlers prepare before, and commit after, the change is durable and readable', async () => {
  const heard: string[] = []
  const inner = memoryHistory(0)
  const history: History = { ...inner, version: inner.version, newest: 0, head: 0, append: () => void heard.push('durable') }
  const registry = await booted([], { history })
  registry.kinds.add(
    recorder('service', heard, {
      prepare: ({ entry: { id } }, after) => void heard.push(`prepare ${id}: old ${registry.get(id) !== undefined}, new ${after.has(id)}`),
      commit: ({ entry: { id } }) => void heard.push(`commit ${id}: ${registry.get(id) !== undefined}`),
    }),
  )
  registry.subscribe(({ changes }) => heard.push(`listener ${changes.length}`))
  await registry.apply([create(entry('a:b', 'service', { host: 'h' })), create(entry('a:h', 'service'))])
  assert.equal(heard, [
    'prepare a:h: old false, new true',
    'prepare a:b: old false, new true',
    'durable',
    'commit a:h: true',
    'commit a:b: true',
    'listener 2',
  ])
})

test('who reads never waits for who writes, and sees one version or the other', async () => {
  const { promise: written, resolve: write } = Promise.withResolvers<void>()
  const history = memoryHistory()
  const append = history.append
  history.append = async (version, changes) => {
    await written
    return append(version, changes)
  }
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
  const registry = new Registry({ history })
  registry.kinds.add({ kinds: '*', prepare: () => begin() })
  await registry.boot([entry('a:x', 'note', { n: 1 })])
  const applied = registry.apply([{ kind: 'entry.update', entry: entry('a:x', 'note', { n: 2 }) }])
  await begun
  const look = () => [
    registry.current.id,
    registry.get('a:x')?.data,
    registry.find({ '.kind': 'note' })[0]?.data,
    registry.snapshotAt(0).get('a:x')?.data,
  ]
  assert.equal(look(), [0, { n: 1 }, { n: 1 }, { n: 1 }])
  write()
  await applied
  assert.equal(look(), [1, { n: 2 }, { n: 2 }, { n: 1 }])
})

test('a refusal undoes what was prepared and nobody sees a thing', async () => {
  const heard: string[] = []
  const registry = await booted()
  registry.kinds.add(
    recorder('service', heard, {
      prepare: ({ kind, entry: { id } }) => {
        if (id === 'a:bad') throw new WippyError('BAD_PORT', Kind.Invalid, 'no such port')
        heard.push(`prepare ${kind.slice(6)} ${id}`)
      },
    }),
  )
  registry.subscribe(() => heard.push('listener'))
  const error = await refusal(registry.apply(['a:one', 'a:two', 'a:bad', 'a:never'].map((id) => create(entry(id, 'service')))))
  assert.is(error.code, 'BAD_PORT')
  assert.equal(heard, ['prepare create a:one', 'prepare create a:two', 'discard create a:two', 'discard create a:one'])
  assert.equal([registry.current.id, registry.snapshot().entries(), registry.versions().length], [0, [], 1])
})

test('what cannot be written down is not applied', async () => {
  const heard: string[] = []
  const inner = memoryHistory(0)
  const history: History = {
    ...inner,
    append: () => Promise.reject(new Error('disk full')),
  }
  const registry = await booted([], { history })
  registry.kinds.add(recorder('service', heard))
  const error = await refusal(registry.apply([create(entry('a:b', 'service'))]))
  assert.is(error.code, 'HISTORY_WRITE')
  assert.equal(heard, ['prepare create a:b', 'discard create a:b'])
  assert.equal(registry.snapshot().entries(), [])
})

test('a commit or a listener that fails is reported and stops nobody', async () => {
  const heard: string[] = []
  const reported: WippyError[] = []
  const registry = await booted([], { report: (error) => reported.push(error) })
  registry.kinds.add(
    recorder('service', heard, {
      commit: ({ entry: { id } }) => {
        if (id === 'a:1') throw new Error('broken')
        heard.push(id)
      },
    }),
  )
  registry.subscribe(() => {
    throw new Error('deaf')
  })
  let last: Applied | null = null
  const end = registry.subscribe((applied) => {
    last = applied
  })
  await registry.apply([create(entry('a:1', 'service')), create(entry('a:2', 'service'))])
  assert.equal(codes(reported), ['HANDLER_FAILED', 'LISTENER_FAILED'])
  assert.match(reported[0]?.message ?? '', /"a:1".*broken/)
  assert.ok(heard.includes('a:2'))
  assert.equal([last!.from, last!.version].map(versionName), ['v0', 'v1'])
  end()
  await registry.apply([remove('a:2')])
  assert.is(versionName(last!.version), 'v1')
})

test('a kind nobody handles is a warning at boot and refused afterwards', async () => {
  const registry = new Registry()
  registry.kinds.add({ kinds: ['function.*', 'http.service'] })
  const { problems, warnings } = await registry.boot([
    entry('a:x', 'http.servise'),
    entry('a:f', 'function.lua'),
    entry('a:d', 'ns.definition'),
  ])
  assert.equal([problems, codes(warnings)], [[], ['KIND_UNKNOWN']])
  assert.is(warnings[0]?.hint, 'Did you mean "http.service"?')
  assert.is(registry.snapshot().entries().length, 3)
  assert.is((await refusal(registry.apply([create(entry('a:y', 'nope'))]))).code, 'KIND_UNKNOWN')
  await registry.apply([remove('a:x')])
})

test('an entry refused at boot is dormant: to be read, mended, deleted', async () => {
  const heard: string[] = []
  const registry = new Registry()
  registry.kinds.add(
    recorder('service', heard, {
      prepare: ({ kind, entry: one }) => {
        if ((one.data as { bad?: boolean }).bad) throw new Error('no')
        heard.push(`prepare ${kind.slice(6)} ${one.id}`)
      },
    }),
  )
  const { problems } = await registry.boot([
    entry('a:1', 'service', { bad: true }),
    entry('a:2', 'service', { bad: true }),
    entry('a:3', 'service'),
  ])
  assert.equal(codes(problems), ['HANDLER_FAILED', 'HANDLER_FAILED'])
  assert.equal(heard.splice(0), ['prepare create a:3', 'commit create a:3'])
  await registry.apply([update(entry('a:1', 'service')), remove('a:2')])
  assert.equal(heard.splice(0), ['prepare create a:1', 'commit create a:1'])
  await registry.apply([update(entry('a:1', 'service'))])
  assert.equal(heard, ['prepare update a:1', 'commit update a:1'])
})

test('to handlers an entry of another kind is a new one', async () => {
  const heard: string[] = []
  const registry = await booted()
  registry.kinds.add(recorder('one', heard))
  registry.kinds.add(recorder('two', heard))
  await registry.apply([create(entry('a:x', 'one'))])
  heard.length = 0
  await registry.apply([update(entry('a:x', 'two'))])
  assert.equal(heard, ['prepare delete a:x', 'prepare create a:x', 'commit delete a:x', 'commit create a:x'])
})

test('boot brings entries to life dependencies first', async () => {
  const heard: string[] = []
  const registry = new Registry()
  registry.kinds.add(recorder('*', heard))
  await registry.boot([entry('a:b', 'service', { host: 'h' }), entry('a:x'), entry('a:h', 'host')])
  assert.equal([registry.current.id, ids(registry.snapshot().entries())], [0, ['a:b', 'a:h', 'a:x']])
  assert.equal(
    heard.filter((line) => line.startsWith('commit')),
    ['commit create a:x', 'commit create a:h', 'commit create a:b'],
  )
})

test('a history that keeps so many versions lets go of the oldest, and says so', async () => {
  const registry = await booted([entry('a:x')], { history: memoryHistory(0, 3) })
  for (let at = 1; at <= 5; at++) await registry.apply([update(entry('a:x', 'registry.entry', { at }))])
  assert.equal(
    registry.versions().map(({ id }) => id),
    [3, 4, 5],
  )
  assert.equal(registry.snapshotAt(3).get('a:x')?.data, { at: 3 })
  const gone = await refusal(registry.applyVersion(2))
  assert.equal([gone.code, gone.hint], ['VERSION_NOT_FOUND', 'There are v3 to v5; older ones were taken away.'])
})

test('find warns about what it passes over', async () => {
  const registry = await booted([entry('a:x', 'registry.entry', {}, { type: 'tool' }), entry('a:y')])
  const warnings: string[] = []
  assert.equal(ids(registry.find({ 'meta.type': 'tool' })), ['a:x'])
  assert.is(registry.find({ kind: 'registry.entry' }, (warning) => warnings.push(warning)).length, 2)
  assert.is(warnings.length, 1)
})

test.run()
