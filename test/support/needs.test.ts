import { spawnSync } from 'node:child_process'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { SKIPPED } from './needs.ts'

const test = suite('what tests need')

test('where a program is missing a file is skipped and names its package; with CI set it fails', () => {
  const ask = "import { needProgram } from './needs.ts'; needProgram({ name: 'Such', debianPackage: 'such-server', paths: ['/no/such'] })"
  const run = (CI: string) =>
    spawnSync(process.execPath, ['--input-type=module', '-e', ask], {
      cwd: import.meta.dirname,
      encoding: 'utf8',
      env: { ...process.env, CI },
    })
  const [alone, everything] = [run(''), run('true')]
  assert.equal([alone.status, alone.stderr], [SKIPPED, 'Such is not installed (apt-get install such-server)\n'])
  assert.is(everything.status, 1)
  assert.match(everything.stderr, 'Such is not installed (apt-get install such-server)')
})

test.run()
