// What docs/types.md shows is what a check says.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { checked } from './marked.ts'

const test = suite('the guide to types')
const text = readFileSync(join(import.meta.dirname, '../../../docs/types.md'), 'utf8')
const blocks = [...text.matchAll(/^```lua\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code)

test('it has examples', () => assert.is(blocks.length, 3))

for (const [index, code] of blocks.entries()) {
  test(`example ${index + 1}: each line that is wrong says so, and no other`, () => {
    const { diagnostics } = checked(code, { modules: ['sql'] })
    const wanted = code
      .split('\n')
      .flatMap((line, at) =>
        [...line.matchAll(/-- (E\d{4})(?:: ([^-]*))?/g)].map(([, name, part = '']) => ({ at: `${at + 1} ${name}`, part: part.trim() })),
      )
    assert.equal(diagnostics.map(({ line, code: name }) => `${line} ${name}`).sort(), wanted.map(({ at }) => at).sort())
    for (const { at, part } of wanted) {
      const found = diagnostics.filter(({ line, code: name }) => `${line} ${name}` === at)
      assert.ok(
        found.some(({ message, hint = '' }) => message.includes(part) || hint.includes(part)),
        `${at}: ${part}`,
      )
    }
  })
}

test.run()
