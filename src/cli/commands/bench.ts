// wippy bench NAME

import { accessSync, constants } from 'node:fs'
import { dirname, extname, resolve } from 'node:path'
import { string as text } from '@oclif/core/args'
import { Command } from '@oclif/core/command'
import { boolean, string } from '@oclif/core/flags'
import type { Picture } from '../../bench/picture.ts'
import { Kind, WippyError } from '../../error.ts'
import { json, print } from '../output.ts'
import { waitingFor } from '../progress.ts'
import { listenForSignals } from '../signals.ts'
import { writeWhole } from '../whole-file.ts'

const NAMES = ['isolation', 'message', 'spawn', 'workflow', 'registry'] as const
const ENDINGS = ['.svg', '.png', '.json']

const endingOf = (file: string): string => {
  const ending = extname(file).toLowerCase()
  if (ENDINGS.includes(ending)) return ending
  throw new WippyError('BENCH_FILE', Kind.Invalid, `"${file}" is no name for a picture or for figures`, {
    hint: 'Let it end with .svg, .png or .json.',
  })
}

export default class Bench extends Command {
  static override summary = 'Measure what things cost here: a memory for each process, a message, a start, a durable step, a change.'
  static override description =
    `Prints tables (or JSON) and draws a picture. Each contender is a program of its own and all take turns, so trust ratios more than times, and
a machine that has nothing else to do more than one that has. Erlang, native Lua, wasmoon, quickjs-emscripten and isolated-vm take part when they are installed.
isolation takes less than two minutes. Files that end with .png are drawn on light paper, 2400 pixels wide.`
  static override examples = ['<%= config.bin %> bench isolation', '<%= config.bin %> bench message -o message.png -o message.json']
  static override args = { name: text({ required: true, options: [...NAMES], description: 'What to measure.' }) }
  static override flags = {
    output: string({
      char: 'o',
      summary: 'Where the picture (.svg, .png) or the figures (.json) go; repeatable. Default: wippy-bench-NAME.svg.',
      helpValue: '<file>',
      multiple: true,
      multipleNonGreedy: true,
    }),
    quick: boolean({ summary: 'Fewer and shorter rounds: to check that it runs, not to compare.' }),
    json: boolean({ summary: 'Print JSON.' }),
  }

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(Bench)
    const name = args.name as (typeof NAMES)[number]
    const files = (flags.output ?? [`wippy-bench-${name}.svg`]).map((file) => ({ path: resolve(file), ending: endingOf(file) }))
    for (const { path } of files) accessSync(dirname(path), constants.W_OK) // rather now than after two minutes
    const { benches, runBench } = await import('../../bench/benches.ts')
    const { machine, reportData, reportText } = await import('../../bench/report.ts')
    listenForSignals((code) => process.exit(code)) // what was made meanwhile goes with the program
    const before = machine()
    const started = performance.now()
    const report = await waitingFor(
      `measuring: ${name}`,
      runBench(name, flags.quick, () => {}),
    )
    const seconds = Math.round((performance.now() - started) / 1000)
    const data = reportData(name, report, { quick: flags.quick, seconds, machine: { ...before, loadAfter: machine().load } })
    const { title, about } = benches[name]
    const panels = report.tables.flatMap(({ title, chart }) => (chart && chart.bars.length > 0 ? [{ title, ...chart }] : []))
    for (const { path, ending } of files) {
      if (ending === '.json') writeWhole(path, `${json(data)}\n`)
      else await this.#write(path, { title, subtitle: `wippy ${this.config.version}: ${about}`, panels, machine: before })
    }
    const pictures = files.map(({ path }) => path)
    if (flags.json) return print(json({ $type: 'bench', v: 1, ...data, files: pictures }))
    print(reportText(report))
    print(`${before.processor}; ${before.system}; Node ${before.node}; load ${before.load} before, ${machine().load} after; ${seconds} s`)
    for (const path of pictures) print(`written: ${path}`)
  }

  async #write(path: string, picture: Picture): Promise<void> {
    const { drawingOf } = await import('../../bench/picture.ts')
    const drawing = drawingOf(picture)
    if (extname(path).toLowerCase() === '.svg') return writeWhole(path, (await import('../../bench/svg.ts')).svgOf(drawing))
    writeWhole(path, (await import('../../bench/png.ts')).pngOf(drawing))
  }
}
