import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Feature, Features } from '../../src/app/feature.ts'
import { features as table } from '../../src/app/features.ts'
import type { Parts } from '../../src/app/parts.ts'
import { makeEntry } from '../../src/registry/entry.ts'
import { matches } from '../../src/registry/glob.ts'
import { Kinds } from '../../src/registry/kinds.ts'
import { Door } from '../../src/service/door.ts'
import { withApp } from '../support/app.ts'

const test = suite('features')

const using = (...modules: string[]) => makeEntry({ id: 'app:p', kind: 'process.lua', data: { modules } })
const nobody = () => {
  throw new Error('nothing is delivered here')
}

/** Features of this table, with what became known of them. */
const featuresOf = (...features: readonly Feature[]) => {
  const reported: unknown[] = []
  const door = new Door({ delivery: nobody, guard: () => {}, report: nobody })
  return { door, reported, features: new Features(features, { door, report: (error: unknown) => void reported.push(error) } as Parts) }
}

test('a feature is built once, when the first entry declares one of its modules', async () => {
  let built = 0
  const load = async () => {
    built++
    return { services: [{ name: 'a', operations: { 'a.op': () => [] } }] }
  }
  const { features, door } = featuresOf({ modules: ['a', 'b'], load }, { modules: ['c'], load: nobody })
  await features.loadFor(using('other'))
  assert.is(built, 0)
  await Promise.all([features.loadFor(using('a')), features.loadFor(using('b'))])
  await features.loadFor(using('a'))
  assert.is(built, 1)
  assert.equal(door.modules, ['a', 'b', 'c'])
})

test('the first entry of a kind loads the feature; its handler sees every change', async () => {
  const seen: string[] = []
  const see = (what: string) => () => void seen.push(what)
  const handler = { kinds: 'x.*', prepare: see('prepare'), commit: see('commit'), discard: see('discard') }
  const load = async () => {
    seen.push('load')
    return { handler }
  }
  const { features } = featuresOf({ kinds: ['x.*'], load }, { kinds: ['y'], load: nobody })
  const kinds = new Kinds()
  for (const one of features.handlers()) kinds.add(one)
  const entry = makeEntry({ id: 'app:x', kind: 'x.one', data: {} })
  const change = { kind: 'entry.create', entry, before: null } as const
  for (const one of kinds.for(entry.kind)) {
    await one.prepare?.(change, new Map())
    await one.commit?.(change, new Map())
    await one.discard?.(change)
  }
  assert.equal(seen, ['load', 'prepare', 'commit', 'discard'])
})

test('a feature that cannot be loaded fails the entry, and is tried again for the next', async () => {
  let broken = true
  const load = async () => {
    if (broken) throw new Error('not installed')
    return {}
  }
  const { features } = featuresOf({ modules: ['a'], load })
  const fails = () =>
    features.loadFor(using('a')).then(
      () => null,
      ({ message }) => message,
    )
  assert.is(await fails(), 'not installed')
  broken = false
  assert.is(await fails(), null)
})

test('each feature begins once, also one that is loaded while others begin', async () => {
  const begun: string[] = []
  const feature = (name: string, more: () => Promise<void> = async () => {}): Feature => ({
    modules: [name],
    load: async () => ({
      begin: async () => {
        begun.push(name)
        await more()
        return []
      },
    }),
  })
  const { features } = featuresOf(
    feature('a', () => features.loadFor(using('b'))),
    feature('b'),
    feature('c'),
  )
  await features.loadFor(using('a'))
  const late = features.loadFor(using('c')) // on its way when all begin
  await features.begin()
  await late
  assert.equal(begun.sort(), ['a', 'b', 'c'])
})

test('features stop newest first; one that fails keeps no other from stopping', async () => {
  const stopped: string[] = []
  const of = (name: string): Feature => ({
    modules: [name],
    load: async () => ({
      stop: async () => {
        stopped.push(name)
        if (name === 'b') throw new Error('stuck')
      },
    }),
  })
  const { features, reported } = featuresOf(of('a'), of('b'), of('c'))
  for (const name of ['c', 'b', 'a']) await features.loadFor(using(name))
  await features.stop()
  assert.equal(stopped, ['a', 'b', 'c'])
  assert.equal(reported.map(String), ['Error: stuck'])
})

test('each feature of a node has a handler for what the table names, and only operations of its modules', () =>
  withApp({}, async ({ node }) => {
    for (const { modules = [], kinds = [], load } of table) {
      const { services = [], handler } = await load(node.parts)
      const acts = handler ? [handler.kinds].flat() : []
      for (const kind of acts)
        assert.ok(
          kinds.some((pattern) => pattern === kind || matches(pattern, kind)),
          `${kind} is in the table`,
        )
      for (const pattern of kinds)
        assert.ok(
          acts.some((kind) => pattern === kind || matches(pattern, kind)),
          `somebody acts on ${pattern}`,
        )
      const own = services.flatMap(({ operations }) => Object.keys(operations).map((op) => op.slice(0, op.indexOf('.'))))
      for (const module of own) assert.ok(modules.includes(module), `${module} is offered by the table`)
    }
  }))

test('what is ambient is there with the first Lua entry, declared or not', async () => {
  let built = 0
  const load = async () => {
    built++
    return {}
  }
  const { features } = featuresOf({ modules: ['a'], ambient: true, load }, { modules: ['b'], load: nobody })
  await features.loadFor(using())
  assert.is(built, 1)
  await withApp({}, async (app) => {
    const code = 'return process.registry.register("me") and process.registry.lookup("me") == process.pid()'
    assert.is(await app.eval(code, { modules: [] }), true)
  })
})

test.run()
