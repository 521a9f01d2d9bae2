import { Parser } from '@oclif/core'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { divide, guardArguments, runArguments, spelledOut } from '../../src/cli/arguments.ts'
import Run from '../../src/cli/commands/run.ts'

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
  assert.is(divided('greet -- -v'), 'greet | -v')
  assert.is(divided('greet Ada -- -- -o app:x:y=1'), 'greet | Ada -- -o app:x:y=1')
})

test('how the app is set up is ours wherever it stands', () => {
  assert.is(divided('test --profile sqlite users --set vars.host=h --set x'), '--profile sqlite --set vars.host=h test | users --set x')
  assert.is(divided('test --profile=pg --set=a.b=c --profile'), '--profile=pg --set=a.b=c test | --profile')
  assert.is(divided('test -- --profile pg'), 'test | --profile pg')
  assert.is(divided('test -o app:x:y=1 users --override app:z:w=a:b'), '-o app:x:y=1 --override app:z:w=a:b test | users')
  assert.is(divided('-x app:test -s users -oapp:x:y=1 --override=app:z:w=2'), '-oapp:x:y=1 --override=app:z:w=2 -x app:test -s | users')
  assert.is(divided('convert -o out.txt --override all -o'), 'convert | -o out.txt --override all -o')
})

test('an unknown flag before any target is left for oclif to refuse', () => assert.is(divided('--foo greet'), '--foo | greet'))

test('the whole line gets two dashes only for wippy run', () => {
  assert.equal(guardArguments(['run', 'greet', '--help']), ['run', 'greet', '--', '--help'])
  assert.equal(guardArguments(['run']), ['run', '--'])
  assert.equal(guardArguments(['run', '--help']), ['run', '--help', '--'])
  assert.equal(guardArguments(['run', 'list', '--json']), ['run', 'list', '--json'])
  assert.equal(guardArguments(['run', '--set', 'vars.a=b', 'list']), ['run', 'list', '--set', 'vars.a=b'])
  assert.equal(guardArguments(['version', '--short']), ['version', '--short'])
  assert.equal(guardArguments([]), [])
})

const asked = (line: string) => runArguments(line.split(' ').filter(Boolean))

/** What oclif makes of the same line: flags, and words. */
const byOclif = async (line: string) => {
  const argv = guardArguments(line.split(' ').filter(Boolean)).slice(1)
  const end = argv.indexOf('--')
  const parsed = await Parser.parse(argv.slice(0, end), { flags: { ...Run.baseFlags, ...Run.flags }, strict: false, '--': true })
  return { flags: parsed.flags, words: [...(parsed.argv as string[]), ...argv.slice(end + 1)] }
}
const LINES = [
  'run',
  'run greet',
  'run --profile pg --profile=far --set vars.a=b greet',
  'run greet Ada -v --help',
  'run test -o app:x:y=1 users -- -o app:x:y=2',
  'run -s --watch greet list',
  'run -x app:greet',
  'run -xapp:greet Ada',
  'run --exec=app:greet -- -x',
  'run -csx app:greet -n',
  'run --host app:t --config f.ts -v greet',
  'run -o app:x:y=1 --override app:x:z=a=b --set a.b=c greet --set',
  'run -- -v',
  'run - x',
]

test('without oclif the arguments mean what they mean to oclif', async () => {
  for (const line of LINES) {
    const { flags, words } = await byOclif(line)
    const own = asked(line)
    assert.ok(own, line)
    assert.equal(own.words, words, line)
    const {
      console = false,
      silent = false,
      verbose = false,
      watch = false,
      exec,
      host,
      config,
      override,
      profile,
      set,
    } = flags as Record<string, unknown>
    assert.equal(own.flags, { exec, host, config, override, profile, set, console, silent, verbose, watch } as typeof own.flags, line)
  }
})

test('what is odd is left to oclif', () => {
  const odd = ['run --help', 'run -x', 'run -x -s', 'run -s -s', 'run --foo greet', 'run -z', 'run --silent=yes', 'run -x=a', 'run --exec=']
  for (const line of [...odd, 'run list', 'run list --json', 'run -s list', 'version', '', 'help run']) assert.is(asked(line), null, line)
})

test('-h is help wherever it is ours', () => {
  for (const [typed, said] of [
    ['-h run', 'run --help'],
    ['run -h', 'run --help'],
    ['ps -h', 'ps --help'],
    ['workflow start -h', 'workflow start --help'],
    ['run greet -h', 'run greet -h'],
    ['run -x app:greet -- -h', 'run -x app:greet -- -h'],
  ] as const)
    assert.is(spelledOut(typed.split(' ')).join(' '), said, typed)
})

test.run()
