// Runs the functions in cases/*.lua, each a test, as a process would: the modules of runtime-lua before the services behind them.

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import { Guest } from './guest.ts'

process.env.TZ = 'America/New_York' // what the local zone of these tests is
const folder = join(import.meta.dirname, 'cases')

for (const file of readdirSync(folder).sort()) {
  const path = join(folder, file)
  const test = suite(file)
  for (const name of (await Guest.start()).load(path)) {
    test(name, async () => {
      const guest = await Guest.start()
      guest.load(path)
      await guest.test(name)
    })
  }
  test.run()
}
