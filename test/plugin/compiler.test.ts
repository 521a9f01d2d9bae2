import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { WippyError } from '../../src/error.ts'
import { Compiler } from '../../src/plugin/compiler.ts'
import { directoryWith } from '../registry/scratch.ts'
import { failure } from '../support/app.ts'
import { hollow } from './components.ts'

const test = suite('compiling of plugins')

const WORLD = 'package t:t; world w { export name: func() -> string; }'
test('it is done elsewhere, and what is wrong with one is said of that one', async () => {
  const compiler = new Compiler()
  const component = await hollow(WORLD)
  const [first, broken, wrapped, none, last] = await Promise.all([
    compiler.compile(component),
    failure(compiler.compile(component.slice(0, 20))),
    compiler.wrap('(module (memory (export "memory") 1) (func (export "one") (result i32) (i32.const 1)))', 'one: func() -> s32;'),
    failure(compiler.wrap('(module', 'one: func() -> s32;')),
    compiler.compile(component),
  ])
  assert.equal([broken.code, none.code], ['PLUGIN_MALFORMED', 'PLUGIN_MALFORMED'])
  assert.is(first.hash, last.hash)
  assert.equal(
    (await compiler.compile(wrapped)).signature.functions.map(({ name }) => name),
    ['one'],
  )
})

test('what is made to take long does not hold up the rest', async () => {
  const compiler = new Compiler({ slowMs: 200, program: new URL('./stuck-compiler.ts', import.meta.url) })
  const told: string[] = []
  const wrap = async (text: string): Promise<number> => told.push(Buffer.from(await compiler.wrap(text, '')).toString())
  const path = join(directoryWith({}), 'enough')
  const slow = [wrap(`until ${path}`), wrap(`until ${path}`)]
  await Promise.all([wrap('first'), wrap('second')])
  writeFileSync(path, '')
  await Promise.all(slow)
  assert.equal(told.slice(2), ['until', 'until'])
})

test('what takes too long, or ends the compiler, is refused, and what waits behind it is compiled', async () => {
  const compiler = new Compiler({ patienceMs: 6000, program: new URL('./stuck-compiler.ts', import.meta.url) })
  const answers = await Promise.all([
    failure(compiler.wrap('stay', '')),
    compiler.wrap('first', ''),
    failure(compiler.wrap('end', '')),
    compiler.wrap('second', ''),
  ])
  const told = answers.map((answer) => (answer instanceof WippyError ? [answer.code, answer.message] : Buffer.from(answer).toString()))
  assert.equal(told, [
    ['PLUGIN_TOO_LARGE', 'the component cannot be compiled: that takes longer than 6 s'],
    'first',
    ['PLUGIN_TOO_LARGE', 'the component cannot be compiled: the compiler ended'],
    'second',
  ])
})

test.run()
