// What the tests of the state run in processes of their own.
//   own FOLDER        owns the state, says "owned", and waits to be killed
//   write FOLDER      writes pairs without end, saying each number once it is on the disk
//   read FOLDER       says how many pairs there are, each time a line comes in
//   full FOLDER       writes until the file may grow no more, then says what the error was, and what one small write comes to after that

import { createInterface } from 'node:readline'
import { Environment } from '../../src/lmdb/environment.ts'

const [, , verb = '', folder = ''] = process.argv
const say = (text: unknown): void => void process.stdout.write(`${text}\n`)
const numbered = (number: number): Uint8Array => Buffer.from(String(number))

const verbs: Readonly<Record<string, () => Promise<void>>> = {
  async own() {
    new Environment(folder)
    say('owned')
    setInterval(() => {}, 1000)
  },
  async write() {
    const state = new Environment(folder)
    const [left, right] = [state.table<number>('left'), state.table<number>('right')]
    for (let number = left.count(); ; number++) {
      await state.write((batch) => {
        batch.put(left, number, numbered(number))
        batch.put(right, number, numbered(number))
      })
      say(number)
    }
  },
  async read() {
    const state = new Environment(folder, { readOnly: true })
    for await (const _ of createInterface(process.stdin)) say(state.table('left').count())
    await state.close()
  },
  async full() {
    const state = new Environment(folder)
    const table = state.table<number>('left')
    const large = Buffer.alloc(40_000)
    const write = (value: Uint8Array): Promise<string> =>
      state
        .write((batch) => batch.put(table, table.count(), value))
        .then(
          () => 'written',
          (error) => error.code,
        )
    let outcome = await write(large)
    while (outcome === 'written') outcome = await write(large)
    const before = table.count()
    say(JSON.stringify({ outcome, before, after: await write(numbered(1)), count: table.count() }))
    await state.close()
  },
}

await verbs[verb]!()
