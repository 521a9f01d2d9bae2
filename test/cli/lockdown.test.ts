import { execFileSync } from 'node:child_process'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ROOT } from './command.ts'

const test = suite('lockdown')

/** What an expression gives in a program that is locked down: a value as JSON, or the name of what it throws. */
const locked = (expression: string): unknown => {
  const script = `import { lockdown } from './src/cli/lockdown.ts'
lockdown()
let said
try { said = ${expression} } catch (error) { said = error.name }
console.log(JSON.stringify(said ?? null))`
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: ROOT, encoding: 'utf8' }))
}

test('no way to make code from a string', () => {
  const ways = [
    "eval('1')",
    "Function('return 1')()",
    "new Function('return 1')()",
    "(() => {}).constructor('return 1')()",
    "(async () => {}).constructor('return 1')()",
    "(function* () {}).constructor('yield 1')()",
    "(async function* () {}).constructor('yield 1')()",
    "Reflect.construct(Function, ['return 1'])",
  ]
  assert.equal(locked(`[${ways.map((way) => `(() => { try { ${way}; return 'done' } catch (error) { return error.name } })()`)}]`), [
    ...ways.map(() => 'EvalError'),
  ])
})

test('it cannot be undone', () => {
  assert.is(locked('(() => {}).constructor = 1'), 'TypeError')
  assert.is(locked('globalThis.eval = 1'), 'TypeError')
})

test('only while a package loads may it evaluate, and nothing else', () => {
  const script = `import { lockdown } from './src/cli/lockdown.ts'
const load = lockdown()
const tried = (way) => { try { return way() } catch (error) { return error.name } }
const inside = await load(async () => [tried(() => eval('1 + 1')), tried(() => new Function('return 1')())])
await load(async () => { throw new Error('broken') }).catch(() => {})
console.log(JSON.stringify([...inside, tried(() => eval('1 + 1'))]))`
  const said = execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: ROOT, encoding: 'utf8' })
  assert.equal(JSON.parse(said), [2, 'EvalError', 'EvalError'])
})

test('functions are still functions', () => {
  assert.is(locked('(() => {}) instanceof Function'), true)
  assert.is(locked('(async () => {}).constructor.name'), 'AsyncFunction')
})

test('__proto__ is a key like any other', () => {
  assert.is(locked('typeof {}.__proto__'), 'undefined')
  assert.equal(locked("Object.keys(Object.assign({}, { ['__proto__']: 1 }))"), ['__proto__'])
})

test.run()
