// Our processes in a whole node, as an app has them: entries from YAML, services, the event loop. The app lies in ../apps/node.

import { join } from 'node:path'
import { boot } from '../../src/app.ts'
import { loadConfig } from '../../src/config.ts'
import type { Terminal } from '../../src/service/service.ts'
import { serve, timed } from './serve.ts'

const { config } = await loadConfig(join(import.meta.dirname, '../apps/node'), { set: ['logger.level=error'] })
const node = await boot(config)
const [problem] = node.problems
if (problem) throw problem

const terminal: Terminal = {
  args: [],
  write: () => {},
  writeError: () => {},
  read: async () => null,
  readLine: async () => null,
}

/** Runs an entry on the terminal host, then ends whoever it left behind. */
const run = async (entry: string, ...args: readonly string[]): Promise<number> => {
  const taken = await timed(async () => {
    const code = await node.execute(`bench:${entry}`, args, { terminal })
    if (code !== 0) throw new Error(`bench:${entry} failed`)
  })
  for (const { pid } of [...node.scheduler.processes]) node.scheduler.terminate(pid)
  await new Promise(setImmediate)
  return taken
}

await serve({
  ping: (count, kind) => run('ping', String(count), kind!),
  monitored: (count) => run('spawner', String(count), 'ends'),
  waiting: (count) => run('spawner', String(count), 'waits'),
})
