// Expected values are those of langchain's splitters.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { markdownOperations } from '../../src/text/markdown.ts'
import { splitterOperations } from '../../src/text/splitter.ts'

const test = suite('splitters')

const recursive = (options: object, text: string): unknown => splitterOperations.recursive!('', [options, text])[0]
const markdown = (options: object, text: string): unknown => markdownOperations.markdown!('', [options, text])[0]

test('pieces are as long as they may be, and overlap', () => {
  assert.equal(recursive({ chunk_size: 10, chunk_overlap: 3 }, 'a b c d e f g h i j k l'), ['a b c d e', 'd e f g h', 'g h i j k', 'j k l'])
  assert.equal(recursive({ chunk_size: 7, chunk_overlap: 0 }, 'one two\n\nthree'), ['one two', 'three'])
  assert.equal(recursive({}, ''), [])
  assert.equal(recursive({ chunk_size: 4, chunk_overlap: 0 }, '😀😀😀😀😀'), ['😀😀😀😀', '😀'])
})

test('separators are kept when that is wanted', () => {
  assert.equal(recursive({ chunk_size: 4, chunk_overlap: 0, separators: [','], keep_separator: true }, 'aa,bb,cc'), ['aa', ',bb', ',cc'])
})

test('sizes that are none are refused', () => {
  for (const size of [0, -1, 1.5, 'many']) assert.throws(() => recursive({ chunk_size: size }, 'x'), /chunk_size/)
})

const TEXT =
  '# One\n\nfirst\n\n## Two\n\n- a\n- b\n  - deep\n\n| A | B |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n\n```lua\nx = 1\n```\n\n### Bare\n'

test('each piece of Markdown begins with its heading; rows stand alone', () => {
  assert.equal(markdown({}, TEXT), [
    '# One\nfirst',
    '## Two\n- a\n- b\n  - deep\n| A | B |\n| --- | --- |\n| 1 | 2 |',
    '## Two\n| A | B |\n| --- | --- |\n| 3 | 4 |',
    '### Bare',
  ])
})

test('headings above, rows together, code', () => {
  assert.equal(markdown({ heading_hierarchy: true, join_table_rows: true, code_blocks: true }, TEXT), [
    '# One\nfirst',
    '# One\n## Two\n- a\n- b\n  - deep\n| A | B |\n| --- | --- |\n| 1 | 2 |\n| 3 | 4 |\n\n```lua\nx = 1\n```\n',
    '# One\n## Two\n### Bare',
  ])
})

test('what is nested without end is text at some depth', () => {
  assert.ok(Array.isArray(markdown({}, `${'> '.repeat(2000)}x`)))
})

test.run()
