// The reference that is committed is the one the program makes, and tells of all there is.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { pages } from '../../docs/pages.ts'
import { features } from '../../src/app/features.ts'
import { entryKinds } from '../../src/cli/kinds.ts'
import { matches } from '../../src/registry/glob.ts'
import { withApp } from '../support/app.ts'
import { ROOT } from './command.ts'

const test = suite('docs')

for (const [name, text] of pages()) {
  test(`docs/${name} is what npm run docs makes`, () =>
    assert.is(readFileSync(join(ROOT, 'docs', name), 'utf8'), text, 'run "npm run docs"'))
}

test('a node handles every kind that is told of, and every kind of a feature is told', async () => {
  const names = entryKinds.map(({ name }) => name)
  await withApp({}, async ({ node }) => {
    assert.equal(
      names.filter((name) => !node.registry.kinds.knows(name)),
      [],
    )
  })
  const patterns = features.flatMap(({ kinds = [] }) => kinds)
  assert.equal(
    patterns.filter((pattern) => !names.some((name) => matches(pattern, name))),
    [],
  )
})

test('every field that is told of is a word of the source', () => {
  const folder = join(ROOT, 'src')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !name.includes('kinds-text'),
  )
  const words = new Set(files.flatMap((name) => readFileSync(join(folder, name), 'utf8').match(/\w+/g) ?? []))
  for (const { name, fields } of entryKinds) {
    for (const field of fields) {
      assert.ok(words.has(field.name.replace(/^meta\./, '')), `${name}: ${field.name}`)
      assert.ok(field.otherwise !== '' && field.what !== '', `${name}: ${field.name}`)
    }
  }
})

test.run()
