import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { kill } from './killing.ts'

const test = suite('killed')

test('killed at any moment, the registry is one whole version and nothing acknowledged is lost', async () => {
  const { versions } = await kill(12)
  assert.ok(versions > 12, `only ${versions} versions were made`)
})

test.run()
