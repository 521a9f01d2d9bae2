import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
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

/** A test of what a shell makes of its script, with `wippy` on its path, in an app. */
const inShell = (shell: string, name: string, act: (ask: (args: readonly string[]) => string, cwd: string) => void): void => {
  if (spawnSync(shell, ['-c', 'true']).status !== 0) {
    console.log(`not tested: ${shell} is not installed`)
    test.skip()
    return
  }
  test(`${shell} ${name}`, () => {
    const cwd = app()
    const bin = join(cwd, 'wippy')
    writeFileSync(bin, `#!/bin/sh\nexec ${process.execPath} ${join(ROOT, 'bin/wippy.js')} "$@"\n`)
    chmodSync(bin, 0o755)
    const env = { ...process.env, PATH: `${cwd}:${process.env.PATH}`, TERM: 'dumb', HOME: cwd }
    act((args) => execFileSync(shell, args, { cwd, encoding: 'utf8', env, timeout: 120_000 }), cwd)
  })
}

inShell('bash', 'takes the script, and asks it', (ask) => {
  const script = `eval "$(wippy completion bash)"
COMP_LINE='wippy registry sho'; COMP_POINT=\${#COMP_LINE}; _wippy; echo "\${COMPREPLY[@]}"
COMP_LINE='wippy registry '; COMP_POINT=\${#COMP_LINE}; _wippy; echo "\${COMPREPLY[@]:0:2}"
COMP_LINE='wippy registry show app:keepe'; COMP_POINT=\${#COMP_LINE}; _wippy; echo "\${COMPREPLY[@]}"`
  assert.is(ask(['-c', script]), 'show\napply diff\nkeeper keepers\n')
})

inShell('fish', 'completes with it', (ask) => {
  const script = `wippy completion fish | source
for line in 'wippy registry sho' 'wippy registry ' 'wippy registry show app:keepe'
  string join ' ' (complete -C $line)[1..2]
end`
  assert.is(ask(['--no-config', '-c', script]), 'show\napply diff\napp:keeper app:keepers\n')
})

// Its completion runs in its line editor alone: one on a terminal of its own is typed into, and says what it made of the line.
inShell('zsh', 'completes with it', (ask, cwd) => {
  writeFileSync(
    join(cwd, 'rc.zsh'),
    `autoload -Uz compinit; compinit -u -D
eval "$(wippy completion zsh)"
told() { zle complete-word; print -r -- "$BUFFER" > told; exit }
zle -N told; bindkey '^I' told`,
  )
  const typed = `zmodload zsh/zpty
zpty shell 'zsh -f -i'
zpty -w shell 'source ./rc.zsh'
zpty -w -n shell "$1"$'\\t'
while zpty -r shell line; do :; done`
  for (const [line, made] of [
    ['wippy registry sho', 'wippy registry show '],
    ['wippy registry ', 'wippy registry '],
    ['wippy registry show app:keepe', 'wippy registry show app:keeper'],
  ] as const) {
    ask(['-f', '-c', typed, 'zsh', line])
    assert.is(readFileSync(join(cwd, 'told'), 'utf8'), `${made}\n`)
  }
})

test('for each shell there is a script; another shell is refused with those there are', async () => {
  for (const shell of ['bash', 'zsh', 'fish'])
    assert.match((await here(['completion', shell], { cwd: directoryWith({}) })).out, 'wippy complete --')
  const wrong = await here(['completion', 'powershell'], { cwd: directoryWith({}) })
  assert.is(wrong.code, 2)
  assert.match(wrong.err, /bash, zsh, fish/)
})

test.run()
