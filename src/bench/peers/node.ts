// Our processes in a whole node, as an app has them: entries from YAML, services, the event loop. The app lies in bench/apps: `node`, or the
// one that is named.

import { boot, type Node } from '../../app.ts'
import { loadConfig } from '../../config.ts'
import type { Terminal } from '../../service/service.ts'
import { dataFile } from '../data.ts'
import { serve, timed } from './serve.ts'

const start = async (): Promise<Node> => {
  const { config } = await loadConfig(dataFile('apps', process.argv[2] ?? 'node'), { set: ['logger.level=error'] })
  const node = await boot(config)
  const [problem] = node.problems
  if (problem) throw problem
  return node
}
const started = start()

const terminal: Terminal = {
  args: [],
  write: () => {},
  writeError: () => {},
  read: async () => null,
  readLine: async () => null,
}

/** Runs an entry on the terminal host, then ends whoever it left behind. */
const run = async (entry: string, ...args: readonly string[]): Promise<number> => {
  const node = await started
  const taken = await timed(async () => {
    const code = await node.execute(`bench:${entry}`, args, { terminal })
    if (code !== 0) throw new Error(`bench:${entry} failed`)
  })
  for (const { pid } of [...node.scheduler.processes]) node.scheduler.terminate(pid)
  await new Promise(setImmediate)
  return taken
}

serve({
  functions: (count) => run('functions', String(count)),
  plugins: (count) => run('plugins', String(count)),
  ping: (count, kind) => run('ping', String(count), kind!),
  monitored: (count) => run('spawner', String(count), 'ends'),
  waiting: (count) => run('spawner', String(count), 'waits'),
})
