// Run as a program by audit-kill.test.ts: an app that changes its registry and a variable without end, and says what it was told is done.
//   node audited-node.ts FOLDER

import { startIn } from '../support/app.ts'

const app = await startIn(process.argv[2]!, { set: ['registry.history=durable'] })
const terminal = {
  args: [],
  write: (text: unknown) => void process.stdout.write(String(text)),
  writeError: (text: unknown) => void process.stderr.write(String(text)),
  read: async () => null,
  readLine: async () => null,
}
process.exit(await app.node.execute('app:changer', [], { terminal }))
