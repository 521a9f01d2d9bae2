// What is done in a directory is done in the one that was looked at, also when it is exchanged for a link meanwhile.

import { lstatSync, readdirSync, readFileSync, realpathSync, renameSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { WippyError } from '../../src/error.ts'
import { Volume } from '../../src/service/volume.ts'
import { directoryWith } from '../registry/scratch.ts'
import { failure } from '../support/app.ts'
import { exchangedMeanwhile } from '../support/exchanged.ts'

const test = suite('volumes')

const OUTSIDE = { 'secret.txt': 'secret', 'inner/secret.txt': 'secret' }
const INSIDE = { 'open/deep/secret.txt': 'mine', 'open/deep/inner/secret.txt': 'mine' }

const deeds: Readonly<Record<string, (volume: Volume, directory: string) => Promise<unknown>>> = {
  'is asked about': (volume, directory) => volume.info(`${directory}/secret.txt`),
  'is asked about itself': (volume, directory) => volume.info(directory),
  'is listed': (volume, directory) => volume.list(directory),
  'is read from': (volume, directory) => volume.open(`${directory}/secret.txt`, 'r'),
  'is written to': (volume, directory) => volume.open(`${directory}/secret.txt`, 'w'),
  'is appended to': (volume, directory) => volume.open(`${directory}/secret.txt`, 'a'),
  'has a new file': (volume, directory) => volume.open(`${directory}/new.txt`, 'wx'),
  'has a new directory': (volume, directory) => volume.mkdir(`${directory}/new`),
  'loses a file': (volume, directory) => volume.remove(`${directory}/secret.txt`),
}

if (process.platform === 'linux') {
  for (const directory of ['deep', 'deep/inner']) {
    for (const [what, deed] of Object.entries(deeds)) {
      test(`${directory} leads nowhere when it is exchanged for a link and ${what}`, async () => {
        const root = directoryWith({ ...OUTSIDE, ...INSIDE })
        const open = join(root, 'open')
        symlinkSync('..', join(open, 'up'))
        const exchange = (): void => {
          renameSync(join(open, 'deep'), join(open, 'away'))
          renameSync(join(open, 'up'), join(open, 'deep'))
        }
        const error = (await exchangedMeanwhile('deep', exchange, () => deed(new Volume(realpathSync(open)), directory))) as WippyError
        assert.is(error?.code, 'FS', String(error))
        assert.match(error.message, /is a link that leads out|is not a directory|is no file/)
        assert.ok(lstatSync(join(open, 'deep')).isSymbolicLink())
        for (const [path, text] of Object.entries(OUTSIDE)) assert.is(readFileSync(join(root, path), 'utf8'), text)
        assert.equal([readdirSync(root).sort(), readdirSync(join(root, 'inner'))], [['inner', 'open', 'secret.txt'], ['secret.txt']])
      })
    }
  }

  test('what is held for a deed is let go after it, whatever came of it', async () => {
    const volume = new Volume(realpathSync(join(directoryWith(INSIDE), 'open')))
    const open = (): number => readdirSync('/proc/self/fd').length
    const before = open()
    await volume.info('deep/secret.txt')
    await volume.list('deep')
    await volume.mkdir('deep/new')
    await volume.remove('deep/new')
    await failure(volume.open('deep/none.txt', 'r'))
    await failure(volume.remove('deep'))
    assert.is(open(), before)
  })
}

test.run()
