import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { faultsOf } from '../../src/cli/faults.ts'
import { Kind, WippyError } from '../../src/error.ts'
import { referencesOf } from '../../src/registry/dependency.ts'
import { codes, entry } from '../registry/scratch.ts'

const test = suite('faults')

const problem = (code: string, id: string | null, message = 'it is wrong', details?: Record<string, unknown>): WippyError =>
  new WippyError(code, Kind.Invalid, message, { where: id === null ? { file: 'src/_index.yaml' } : { entry: id }, details })

const lib = entry('app:lib', 'library.lua')
const user = entry('app:user', 'process.lua', { imports: { lib: 'lib' } })
const service = entry('app:service', 'process.service', { process: 'user', host: 'host' })
const other = entry('app:other', 'process.lua')
const all = [lib, user, service, other]

test('who needs a broken entry is stopped, through others too', () => {
  const { broken, stopped } = faultsOf([problem('A', 'app:lib')], all, referencesOf)
  assert.equal([...broken], ['app:lib'])
  assert.equal(stopped, ['app:user', 'app:service'])
})

test('a problem that follows from another is not said', () => {
  const { causes, stopped } = faultsOf([problem('FOLLOWS', 'app:service'), problem('CAUSE', 'app:lib')], all, referencesOf)
  assert.equal(codes(causes), ['CAUSE'])
  assert.equal(stopped, ['app:user', 'app:service'])
})

test('the same problem twice is said once', () => {
  assert.is(faultsOf([problem('A', 'app:lib'), problem('A', 'app:lib')], all, referencesOf).causes.length, 1)
})

test('an entry that could not be read is known from the message', () => {
  const { stopped } = faultsOf([problem('A', null, 'entry "app:user" has no kind')], [service, other], referencesOf)
  assert.equal(stopped, ['app:service'])
})

test('of those that need each other the first is the cause', () => {
  const a = entry('app:a', 'library.lua', { imports: { b: 'b' } })
  const b = entry('app:b', 'library.lua', { imports: { a: 'a' } })
  const { causes, stopped } = faultsOf([problem('A', 'app:a'), problem('B', 'app:b')], [a, b], referencesOf)
  assert.equal(codes(causes), ['A'])
  assert.equal(stopped, ['app:b'])
})

test('a circle breaks all its members and stops who needs one', () => {
  const a = entry('app:a', 'library.lua', { imports: { b: 'b' } })
  const b = entry('app:b', 'library.lua', { imports: { a: 'a' } })
  const needy = entry('app:needy', 'process.lua', { imports: { b: 'b' } })
  const circle = problem('CYCLE', 'app:a', 'a circle', { cycle: ['app:a', 'app:b'] })
  const { broken, stopped } = faultsOf([circle], [a, b, needy], referencesOf)
  assert.equal([...broken], ['app:a', 'app:b'])
  assert.equal(stopped, ['app:needy'])
})

test('no problems, nothing stopped', () => assert.equal(faultsOf([], all, referencesOf).stopped, []))

test.run()
