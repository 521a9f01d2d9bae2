import { execFileSync } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { directoryWith } from '../registry/scratch.ts'
import { HELLO, HELLO_LUA, index, ROOT } from './command.ts'
import { here } from './here.ts'
import { KEEPER, KEEPER_LUA, whileRunning } from './running.ts'

const test = suite('wippy completion')

const app = () => directoryWith({ 'src/_index.yaml': index(KEEPER + HELLO), 'src/hello.lua': HELLO_LUA, 'src/keeper.lua': KEEPER_LUA })
const proposed = async (cwd: string, ...words: string[]): Promise<string[]> =>
  (await here(['complete', '--', ...words], { cwd })).out.split('\n').filter(Boolean)

test('commands, commands below them, flags', async () => {
  const cwd = directoryWith({})
  assert.equal(await proposed(cwd, 'reg'), ['registry'])
  assert.equal(await proposed(cwd, 'registry', 'ro'), ['rollback'])
  assert.ok((await proposed(cwd, '')).includes('deploy'))
  assert.not.ok((await proposed(cwd, 'comp')).includes('complete'))
  assert.equal(await proposed(cwd, 'deploy', '--dry'), ['--dry-run'])
  assert.equal(await proposed(cwd, 'new', 'hel'), ['hello'])
  assert.equal(await proposed(cwd, 'explain', 'IMPORT_CYC'), ['IMPORT_CYCLE'])
  assert.equal(await proposed(cwd, 'inspect', ''), [])
})

test('what the app has, and what runs', async () => {
  const cwd = app()
  assert.equal(await proposed(cwd, 'run', 'h'), ['hello'])
  assert.equal(await proposed(cwd, 'registry', 'show', 'app:k'), ['app:keeper', 'app:keepers'])
  await whileRunning(cwd, async () => assert.equal(await proposed(cwd, 'kill', '0x'), ['0x00001']))
})

test('bash takes the script, and asks it', () => {
  const cwd = app()
  const bin = join(cwd, 'wippy')
  writeFileSync(bin, `#!/bin/sh\nexec ${process.execPath} ${join(ROOT, 'bin/wippy.js')} "$@"\n`)
  chmodSync(bin, 0o755)
  const script = `eval "$(wippy completion bash)"
COMP_LINE='wippy registry sho'; COMP_POINT=\${#COMP_LINE}; _wippy; echo "\${COMPREPLY[@]}"
COMP_LINE='wippy registry show app:keepe'; COMP_POINT=\${#COMP_LINE}; _wippy; echo "\${COMPREPLY[@]}"`
  const out = execFileSync('bash', ['-c', script], { cwd, encoding: 'utf8', env: { ...process.env, PATH: `${cwd}:${process.env.PATH}` } })
  assert.is(out, 'show\nkeeper keepers\n')
})

test('for each shell there is a script; another shell is refused with those there are', async () => {
  for (const shell of ['bash', 'zsh', 'fish'])
    assert.match((await here(['completion', shell], { cwd: directoryWith({}) })).out, 'wippy complete --')
  const wrong = await here(['completion', 'powershell'], { cwd: directoryWith({}) })
  assert.is(wrong.code, 2)
  assert.match(wrong.err, /bash, zsh, fish/)
})

test.run()
