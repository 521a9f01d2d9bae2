import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { directoryWith } from '../registry/scratch.ts'
import { assertPlain, start, wippy } from './command.ts'

const test = suite('wippy bench')

const cwd = directoryWith({ '.keep': '' })

test('a benchmark prints its figures, writes the picture, and says where', async () => {
  const ended = await wippy(['bench', 'workflow', '--quick'], { cwd })
  assert.is(ended.code, 0, ended.err)
  const path = join(cwd, 'wippy-bench-workflow.svg')
  assert.match(ended.out, /one after the other[\s\S]*a bare flushed commit/)
  assert.match(ended.out, /Node v24/)
  assert.match(ended.out, `written: ${path}\n`)
  assert.match(readFileSync(path, 'utf8'), /^<svg [\s\S]*What a durable step costs[\s\S]*<\/svg>\n$/)
})

test('figures are JSON for programs, on standard output and in a file; the picture is drawn as PNG when that is asked for', async () => {
  const ended = await wippy(['bench', 'workflow', '--quick', '--json', '-o', 'w.json', '-o', 'w.png'], { cwd })
  const { $type, name, quick, machine, one, files } = JSON.parse(ended.out)
  assert.equal([$type, name, quick, one[0].values.length, files], ['bench', 'workflow', true, 3, [join(cwd, 'w.json'), join(cwd, 'w.png')]])
  assert.ok(machine.processor && machine.loadAfter)
  assert.equal(JSON.parse(readFileSync(join(cwd, 'w.json'), 'utf8')).one, one)
  const png = readFileSync(join(cwd, 'w.png'))
  assert.equal([png.toString('latin1', 1, 4), png.readUInt32BE(16)], ['PNG', 2400])
  assert.not(existsSync(join(cwd, 'w.svg')))
})

test('Ctrl-C ends it, with its contenders, and leaves nothing', async () => {
  const scratch = directoryWith({ '.keep': '' })
  const bench = start(['bench', 'workflow'], { cwd, env: { TMPDIR: scratch } })
  while (!readdirSync(scratch).some((name) => name.startsWith('wippy-bench-'))) {
    assert.is(bench.child.exitCode, null)
    await setImmediate()
  }
  bench.child.kill('SIGINT')
  assert.is((await bench.ended).code, 130)
  assert.equal(
    readdirSync(scratch).filter((name) => name.startsWith('wippy')),
    [],
  )
})

test('what is typed wrong is explained before anything is measured', async () => {
  for (const [args, said] of [
    [['bench'], /name|NAME/],
    [['bench', 'speed'], /isolation, message, spawn, workflow, registry/],
    [['bench', 'message', '-o', 'x.gif'], /"x\.gif" is no name for a picture[\s\S]*→ Let it end with \.svg, \.png or \.json/],
  ] as const) {
    const ended = await wippy(args, { cwd })
    assert.ok(ended.code !== 0)
    assert.match(ended.err, said)
    assertPlain(ended)
  }
})

test.run()
