// Each example does what its README shows: the lines behind `$ wippy …`, with any number for a number.

import { cpSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ROOT, wippy } from '../cli/command.ts'
import { directoryWith } from '../registry/scratch.ts'
import { freePort } from '../support/server-program.ts'

const test = suite('examples')
const folder = join(ROOT, 'examples')

const BLOCK = /^```\n\$ wippy (.*)\n([\s\S]*?)^```$/gm
const withoutNumbers = (text: string): string => text.replace(/\d+/g, '0').replace(/ +/g, ' ')

const env = { MODEL_PORT: String(await freePort()) }

for (const name of readdirSync(folder)) {
  const cwd = directoryWith({})
  cpSync(join(folder, name), cwd, { recursive: true, filter: (path) => !path.endsWith('.wippy') })
  const readme = readFileSync(join(cwd, 'README.md'), 'utf8')
  for (const [, command = '', shown = ''] of readme.matchAll(BLOCK)) {
    test(`${name}: wippy ${command}`, async () => {
      const { code, out, err } = await wippy(command.split(' '), { cwd, env })
      assert.is(withoutNumbers(out), withoutNumbers(shown))
      assert.equal([code, err], [0, ''])
    })
  }
}

test('every example but the tour shows what it prints', () => {
  const silent = readdirSync(folder).filter((name) => !readFileSync(join(folder, name, 'README.md'), 'utf8').match(BLOCK))
  assert.equal(silent, ['tour'])
})

test('the tour is what runs at the top, and all of it holds', async () => {
  const { code, out, err } = await wippy(['run'], { cwd: ROOT })
  assert.equal([code, err], [0, ''], out)
  assert.is(out.slice(out.indexOf('Summary')).match(/^ {2}ok /gm)?.length, 5, out)
})

test.run()
