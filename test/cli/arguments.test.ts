import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { divide, guardArguments } from '../../src/cli/arguments.ts'

const test = suite('arguments of wippy run')

const divided = (line: string): string => {
  const { own, rest } = divide(line.split(' ').filter(Boolean))
  return `${own.join(' ')} | ${rest.join(' ')}`.trim()
}

test('what stands behind the target belongs to the process', () => {
  assert.is(divided('greet'), 'greet |')
  assert.is(divided('-s greet -s --loud x'), '-s greet | -s --loud x')
  assert.is(
    divided('-o app:x:y=1 --host app:t --set a.b=c --config f greet -x'),
    '-o app:x:y=1 --host app:t --set a.b=c --config f greet | -x',
  )
  assert.is(divided('--host=app:t greet --help'), '--host=app:t greet | --help')
})

test('with -x it begins at the first word that is no flag of ours', () => {
  assert.is(divided('-x app:greet'), '-x app:greet |')
  assert.is(divided('-x app:greet Ada -v'), '-x app:greet | Ada -v')
  assert.is(divided('-x app:greet -v --name Ada'), '-x app:greet -v | --name Ada')
  assert.is(divided('--exec=app:greet -cs - x'), '--exec=app:greet -cs | - x')
  assert.is(divided('-csxapp:greet -n'), '-csxapp:greet | -n')
})

test('two dashes say where ours end', () => {
  assert.is(divided('-x app:greet -- -v'), '-x app:greet | -v')
  assert.is(divided('-s -- greet -v'), '-s | greet -v')
  assert.is(divided('greet -- -v'), 'greet | -- -v')
})

test('an unknown flag before any target is left for oclif to refuse', () => assert.is(divided('--foo greet'), '--foo | greet'))

test('the whole line gets two dashes only for wippy run', () => {
  assert.equal(guardArguments(['run', 'greet', '--help']), ['run', 'greet', '--', '--help'])
  assert.equal(guardArguments(['run']), ['run', '--'])
  assert.equal(guardArguments(['run', '--help']), ['run', '--help', '--'])
  assert.equal(guardArguments(['run', 'list', '--json']), ['run', 'list', '--json'])
  assert.equal(guardArguments(['version', '--short']), ['version', '--short'])
  assert.equal(guardArguments([]), [])
})

test.run()
