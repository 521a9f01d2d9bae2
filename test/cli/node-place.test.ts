// Which state folder a command on a node means.

import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { folderOf, type NodeFlags, placed } from '../../src/cli/node-place.ts'
import { directoryWith } from '../registry/scratch.ts'
import { here } from './here.ts'

const test = suite('where a node is')

const INDEX = { 'src/_index.yaml': 'namespace: app\nentries: []\n' }
const configured = { ...INDEX, 'wippy.config.json': '{ "state": "./data" }' }
const folder = async (flags: NodeFlags) => folderOf(await placed(flags))

test('that of a flag, else .wippy where it is, else what the configuration says', async () => {
  const dir = directoryWith(configured)
  assert.is(await folder({ dir }), join(dir, 'data'))
  assert.is(await folder({ dir, state: join(dir, 'other') }), join(dir, 'other'))
  assert.equal(await placed({ dir, to: 'localhost:1' }), { dir, to: 'localhost:1' })
  const both = directoryWith({ ...configured, '.wippy/x': '' })
  assert.is(await folder({ dir: both }), join(both, '.wippy'))
})

test('where there is no app, or none that can be read, it is .wippy', async () => {
  for (const files of [{ x: '' }, INDEX, { ...INDEX, 'wippy.config.json': '{' }]) {
    const dir = directoryWith(files)
    assert.is(await folder({ dir }), join(dir, '.wippy'))
  }
})

test('commands look there', async () => {
  const cwd = directoryWith(configured)
  for (const args of [['ps'], ['logs'], ['workflow', 'signal', 'x', 'y']])
    assert.match((await here(args, { cwd })).err, `no node can be reached in ${join(cwd, 'data')} [NO_NODE]`)
  assert.match((await here(['workflow', 'list'], { cwd })).err, `${join(cwd, 'data')}: there is no stored state`)
})

test.run()
