import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { fitted, json, table } from '../../src/cli/output.ts'
import { directoryWith } from '../registry/scratch.ts'
import { HELLO, HELLO_LUA, index } from './command.ts'
import { here } from './here.ts'

const test = suite('output')

test('a table has columns of equal width and no space at line ends', () => {
  const text = table(
    ['name', 'what'],
    [
      ['a', 'first'],
      ['longer', ''],
    ],
  )
  assert.equal(text.split('\n').slice(1), ['a       first', 'longer'])
})

test('what is wider or longer than the screen is cut', () => {
  const dim = '\x1b[2mhead\x1b[22m'
  assert.is(fitted(`${dim}\nabcdef\nthird`, { columns: 4, rows: 2 }), `${dim}\nabc…`)
  assert.is(fitted(dim, { columns: 3, rows: 1 }), 'he…')
})

test('json is indented', () => assert.is(json({ a: [1] }), '{\n  "a": [\n    1\n  ]\n}'))

test('a warning about the configuration stays out of what programs read', async () => {
  const cwd = directoryWith({ '.wippy.yaml': 'logger: { colour: red }', 'src/_index.yaml': index(HELLO), 'src/hello.lua': HELLO_LUA })
  for (const command of ['run list', 'check', 'registry list', 'registry history', 'plugin list']) {
    const { code, out, err } = await here([...command.split(' '), '--json'], { cwd })
    assert.is(code, 0, `${command}: ${err}`)
    assert.match(err, /^warning: .*"?logger\.colour/m, command)
    assert.type(JSON.parse(out), 'object', command)
  }
})

test.run()
