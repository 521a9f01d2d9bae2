import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { entriesIn, received, sent } from '../../src/control/sent-entry.ts'
import { decode, encode } from '../../src/msgpack.ts'
import { same } from '../../src/registry/change.ts'
import { whereOf } from '../../src/registry/entry.ts'
import { load } from '../../src/registry/source.ts'
import { directoryWith, entry } from '../registry/scratch.ts'

const test = suite('sent entries')

const refusalOf = (value: unknown): string => {
  try {
    received(value)
  } catch (error) {
    return (error as { code: string }).code
  }
  return ''
}

test('an entry arrives as it was, with the line of each of its values', () => {
  const yaml = 'namespace: a\nentries:\n  - name: x\n    kind: k\n    meta: { n: 1.5, list: [1, null] }\n    imports: { y: "a:y" }\n'
  const [there] = load(directoryWith({ '_index.yaml': yaml })).entries
  const here = received(decode(encode(sent(there!))))
  assert.ok(same(here, there!))
  assert.equal(here.origin, there!.origin)
  assert.is(whereOf(here, 'data.imports.y').line, 6)
  assert.is(received(decode(encode(sent(entry('a:made'))))).origin, null)
})

test('what is no entry is refused, and a place that is none is left out', () => {
  for (const value of [null, 1, [], {}, { id: 'a:x' }, { id: 1, kind: 'k' }]) assert.is(refusalOf(value), 'CONTROL_ARGUMENT')
  assert.is(refusalOf({ id: 'no id', kind: 'k' }), 'ENTRY_INVALID')
  assert.is(received({ id: 'a:x', kind: 'k', origin: { line: 1, column: 1, file: 'f', path: 'p', base: 'b', spots: 'x' } }).origin, null)
  assert.throws(() => entriesIn({ entries: 1 }, 'entries'), /not a list of entries/)
})

test.run()
