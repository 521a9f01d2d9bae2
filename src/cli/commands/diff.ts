// wippy diff [PATH]

import { resolve } from 'node:path'
import { string } from '@oclif/core/args'
import type { Config, Entry, Version } from '../../index.ts'
import { configure } from '../configure.ts'
import { NodeCommand, type NodeFlags } from '../node-command.ts'
import { coloured, json, print } from '../output.ts'
import { changeOf, entriesIn, entriesText } from '../release.ts'
import { snapshotOf } from '../running.ts'
import { withStored } from '../stored.ts'

type There = { readonly version: Version; readonly entries: readonly Entry[]; readonly isRunning: boolean }

export default class Diff extends NodeCommand {
  static override summary = 'Show what a deploy of a folder would change.'
  static override description =
    `Compared with what the running node has; when none runs, with what its registry has stored. Nothing is changed.
Whether the node would take it, "wippy deploy --dry-run" says.`
  static override examples = ['<%= config.bin %> diff', '<%= config.bin %> diff ../release/src --json']
  static override args = { path: string({ description: "A folder of entries; the app's own otherwise." }) }

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(Diff)
    const config = await configure({}, resolve(flags.dir ?? '.'))
    const wanted = await entriesIn(config, args.path === undefined ? config.src : [resolve(args.path)])
    const there = await this.#there(flags, config)
    const { deploymentOf, differenceText } = await import('../../index.ts')
    const { pairs } = deploymentOf(there.entries, wanted)
    const base = there.version.id
    const texts = pairs.map(({ id, before, after }) => differenceText(id, before, after))
    if (flags.json) {
      const changes = pairs.map((pair, at) => ({ ...changeOf(pair), diff: texts[at]!.split('\n').slice(1).join('\n') }))
      return print(json({ $type: 'diff', v: 1, base, running: there.isRunning, changes }))
    }
    const where = there.isRunning ? `v${base} of the running node` : `v${base}, which is stored`
    for (const text of texts) print(`${coloured(text)}\n`)
    print(
      pairs.length === 0
        ? `no difference: ${where}${there.isRunning ? '' : ','} says what the files say`
        : `${entriesText(pairs.length)} would change: ${where}`,
    )
  }

  async #there(flags: NodeFlags, config: Config): Promise<There> {
    let there: There | null = null
    try {
      await this.withNode({ ...flags, state: flags.state ?? config.state }, async (client) => {
        there = { ...(await snapshotOf(client)), isRunning: true }
      })
    } catch (error) {
      if (flags.to !== undefined || (error as { readonly code?: unknown }).code !== 'NO_NODE') throw error
      await withStored(
        { ...config, state: flags.state ? resolve(flags.state) : config.state },
        ({ registry }) => {
          const snapshot = registry.snapshot()
          there = { version: snapshot.version, entries: [...snapshot.entries()], isRunning: false }
        },
        false,
      )
    }
    return there!
  }
}
