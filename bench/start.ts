// How long one waits for the first output: hello world by `wippy run`, beside the bare start of node and others.

import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { median, speedOf } from '../src/bench/figure.ts'
import { type Contender, measure, type Pace } from '../src/bench/measure.ts'
import { type Report, timeTable, timeText } from '../src/bench/report.ts'

const root = join(import.meta.dirname, '..')
const hello = join(import.meta.dirname, 'apps/hello')

/** Runs a program to its end, once; it must say `expected`. */
const running = (name: string, command: string, args: readonly string[], expected: string): Contender => ({
  name,
  count: 1,
  run: async () => {
    const start = performance.now()
    const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: hello, encoding: 'utf8' })
    const taken = (performance.now() - start) * 1e6
    if (error) throw new Error('is not installed here')
    if (status !== 0 || stdout !== expected) throw new Error(stderr.trim().split('\n')[0] || `ended with ${status}`)
    return taken
  },
})

export const start = async (pace: Pace): Promise<Report> => {
  const figures = await measure(
    [
      running('wippy run hello', process.execPath, [join(root, 'bin/wippy.js'), 'run', 'hello'], 'Hello\n'),
      running('node -e 0', process.execPath, ['-e', '0'], ''),
      running('Erlang, hello world', 'erl', ['-noshell', '-eval', 'io:put_chars("Hello\\n"), halt().'], 'Hello\n'),
      running('native Lua, hello world', 'lua5.4', ['-e', 'print("Hello")'], 'Hello\n'),
    ],
    { ...pace, rounds: pace.quick ? 5 : 15 },
  )
  const [wippy, node] = figures
  const more = median(wippy?.values ?? []) - median(node?.values ?? [])
  return {
    tables: [timeTable('a program from start to end', 'run', figures)],
    targets: [],
    data: { figures },
    notes: [`wippy adds ${timeText(more)} to the start of node (${(1 / speedOf(wippy, node)).toFixed(1)} times as long)`],
  }
}
