import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { WippyError } from '../../src/error.ts'
import { componentsHandler } from '../../src/registry/components.ts'
import type { Entry } from '../../src/registry/entry.ts'
import { Registry } from '../../src/registry/registry.ts'
import { codes, entry } from './scratch.ts'

const test = suite('components')

const dependency = (component: string) => entry('app:dep', 'ns.dependency', { component, version: '*' })

const booted = async (...entries: Entry[]) => {
  let isUp = false
  const registry = new Registry()
  registry.kinds.add(componentsHandler(() => isUp))
  const { problems } = await registry.boot(entries)
  isUp = true
  return { registry, problems }
}

test('at the start a component may be missing', async () => {
  const { problems } = await booted(dependency('org/mod'))
  assert.equal(codes(problems), [])
})

test('later it must be here, by its namespace or its mark', async () => {
  const inNamespace = entry('org.mod:x')
  const marked = entry('other:x', 'registry.entry', {}, { module: 'org/mod' })
  for (const there of [inNamespace, marked]) {
    const { registry } = await booted(there)
    assert.is((await registry.apply([{ kind: 'entry.create', entry: dependency('org/mod') }])).id, 1)
  }
})

test('one whose library comes with wippy need not be here', async () => {
  const { registry } = await booted()
  assert.is((await registry.apply([{ kind: 'entry.create', entry: dependency('wippy/test') }])).id, 1)
})

test('one that is not here is refused, and not there', async () => {
  const { registry } = await booted(entry('org.module:x'))
  try {
    await registry.apply([{ kind: 'entry.create', entry: dependency('org/mod') }])
    assert.unreachable()
  } catch (error) {
    assert.instance(error, WippyError)
    const { code, kind, where } = error as WippyError
    assert.equal([code, kind, where?.entry], ['DEPENDENCY_UNRESOLVED', 'Conflict', 'app:dep'])
  }
  assert.is(registry.get('app:dep'), undefined)
})

test.run()
