// Every code that the source can give is explained, and nothing else is.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { explanations } from '../../src/cli/explain.ts'
import { app } from '../../src/cli/explanations/app.ts'
import { lint } from '../../src/cli/explanations/lint.ts'
import { module } from '../../src/cli/explanations/module.ts'
import { process } from '../../src/cli/explanations/process.ts'
import { tool } from '../../src/cli/explanations/tool.ts'
import { types } from '../../src/cli/explanations/types.ts'
import { directoryWith } from '../registry/scratch.ts'
import { ROOT } from './command.ts'
import { here } from './here.ts'

const test = suite('wippy explain')

/** Written like codes, and none: names of environments, of constants elsewhere, of other systems' errors. */
const NONE = /^(?:WIPPY_\w+|NO_COLOR|NODE_\w*OPTIONS|ERR_\w+|XDG_\w+)$/
/** Made of parts: the faults of a body. */
const MADE = ['PROCESS_FUEL', 'PROCESS_MEMORY', 'PROCESS_STACK', 'PROCESS_TRAP']

/** Texts in quotes that are codes: upper case with an underscore, or, without one, where an error is made; those of findings are a letter and a number. */
const codesIn = (text: string): string[] => [
  ...[...text.matchAll(/'([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)'/g)].map(([, code]) => code!),
  ...[...text.matchAll(/'([A-Z]\d{4})'/g)].map(([, code]) => code!),
  ...[...text.matchAll(/(?:WippyError\(|code: |\?\? )\s*'([A-Z]{4,})'/g)].map(([, code]) => code!),
]

const source = join(ROOT, 'src')
const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
const given = new Set([
  ...files.flatMap((name) => codesIn(readFileSync(join(source, name), 'utf8'))).filter((code) => !NONE.test(code)),
  ...MADE,
])

test('every code is explained', () => assert.equal([...given].filter((code) => !explanations.has(code)).sort(), []))

test('nothing is explained that is not there', () =>
  assert.equal(
    [...explanations.keys()].filter((code) => !given.has(code)),
    [],
  ))

test('nothing is explained twice', () => {
  const codes = [app, lint, module, process, tool, types].flatMap((text) => text.match(/^[A-Z][A-Z0-9_]+(?= \|)/gm) ?? [])
  assert.equal(
    codes.filter((code, at) => codes.indexOf(code) < at),
    [],
  )
  assert.is(codes.length, explanations.size)
})

test('each explanation is three sentences', () => {
  for (const { code, ...lines } of explanations.values()) {
    for (const [name, line] of Object.entries(lines)) assert.match(line, /^\S(?:(?! \| ).){3,}\S$/, `${code}: ${name}`)
    assert.match(lines.what, /\.$/, code)
  }
})

test('a code is explained as it is typed, or copied with its brackets; another is told from it', async () => {
  const cwd = directoryWith({})
  for (const word of ['IMPORT_CYCLE', 'import_cycle', '[IMPORT_CYCLE]']) {
    assert.match((await here(['explain', word], { cwd })).out, /^IMPORT_CYCLE\nLibraries import each other.*\n.*\n→ Move what both need/)
  }
  assert.is(JSON.parse((await here(['explain', 'NO_NODE', '--json'], { cwd })).out).code, 'NO_NODE')
  const wrong = await here(['explain', 'IMPORT_CYCEL'], { cwd })
  assert.is(wrong.code, 4)
  assert.match(wrong.err, 'Did you mean "IMPORT_CYCLE"?')
  assert.match(
    (await here(['explain', 'process.service'], { cwd })).out,
    /^process\.service\n.*\nfield +otherwise\nprocess +needed +the process entry\n/,
  )
  assert.match((await here(['explain', 'proces.service'], { cwd })).err, 'Did you mean "process.service"?')
  assert.ok((await here(['explain', '--list'], { cwd })).out.split('\n').length > explanations.size)
})

test.run()
