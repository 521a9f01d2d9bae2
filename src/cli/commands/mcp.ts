// wippy mcp

import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { integer, string } from '@oclif/core/flags'
import type { Identity } from '../../app/agent.ts'
import type { Place } from '../../control/client.ts'
import type { Seat } from '../../control/seat.ts'
import { WippyError } from '../../error.ts'
import type { Config, Node } from '../../index.ts'
import type { Act } from '../../mcp/acting.ts'
import { configure } from '../configure.ts'
import { lockdown } from '../lockdown.ts'
import { NodeCommand, type NodeFlags, placeOf } from '../node-command.ts'
import { nodeAt, reach } from '../node-place.ts'
import { onUnwritable, standardError } from '../outlets.ts'
import { complain, sayAll } from '../output.ts'
import { reachable, seatFor } from '../reachable.ts'
import { listenForSignals } from '../signals.ts'

const TOKEN_BYTES = 32
const BY_HAND = 'This is for programs: name it as a command in the settings of your agent, or use --http. Ctrl-C ends it.'

/** How the tools act, where, and how that ends. */
type Acting = { readonly act: Act; readonly where: string; stop(): Promise<void> }

type Started = { readonly node: Node; readonly unreach: () => Promise<void> }

const report = (error: unknown): void => complain(`a bug in wippy: ${error instanceof Error ? error.message : String(error)}`)

/** Whether a node is there to work on; one elsewhere must be. Throws what prevents it. */
const runs = async (place: Place): Promise<boolean> => {
  const client = 'folder' in place ? await nodeAt(place.folder) : await reach(place)
  client?.close()
  return client !== null
}

/** The app in a directory; null where there is none. Throws CONFIG_NOT_FOUND when there is no directory. */
const appIn = async (directory: string): Promise<Config | null> => {
  try {
    return await configure({}, directory)
  } catch (error) {
    if (error instanceof WippyError && error.code === 'CONFIG_NOT_FOUND' && existsSync(directory)) return null
    throw error
  }
}

export default class Mcp extends NodeCommand {
  static override summary = 'Let an AI agent work on this app, over the Model Context Protocol.'
  static override description =
    `Its tools run Lua in the sandbox, read the registry, propose changes and apply them, call functions, and read the log, the history and the audit.
The agent may use the sandbox; everything else needs a right that --allow or --policy names, and is in the audit under the name of --actor.
The node that runs here is used; when none does, the app here is started, and without an app there is the sandbox alone.
Without --http it speaks over standard input and output: that is what an agent's settings call.`
  static override examples = [
    '<%= config.bin %> mcp',
    '<%= config.bin %> mcp --actor dev --allow "registry.get:app:*" --allow "registry.apply:app.gen:*" --allow registry.apply_version',
    '<%= config.bin %> mcp --http 8090 --policy app:agents',
  ]
  static override flags = {
    actor: string({ summary: 'The name the agent goes by.', default: 'agent', helpValue: '<name>' }),
    allow: string({
      summary: 'An action it may do on a resource, such as registry.get:app:*; repeatable.',
      helpValue: '<grant>',
      multiple: true,
      multipleNonGreedy: true,
    }),
    policy: string({
      summary: 'A security.policy or sandbox.policy that says what it may do; repeatable.',
      helpValue: '<entry>',
      multiple: true,
      multipleNonGreedy: true,
    }),
    http: integer({
      summary: 'Speak over HTTP on this port of 127.0.0.1; 0 is any. The token is WIPPY_MCP_TOKEN; without it, one is made and shown.',
      helpValue: '<port>',
      min: 0,
      max: 65_535,
    }),
  }

  override async run(): Promise<void> {
    const { flags } = await this.parse(Mcp)
    const identity: Identity = { actor: flags.actor, allow: flags.allow ?? [], policies: flags.policy ?? [] }
    const signals = listenForSignals((code) => process.exit(code))
    const stopped = new Promise<void>((stop) => {
      signals.stopWith(() => stop())
      onUnwritable(() => stop())
    })
    const acting = await this.#acting(flags, identity)
    try {
      await acting.act('rights', {}, new AbortController().signal) // what is wrong with them is said now
      complain(`wippy mcp: agent "${flags.actor}" ${acting.where}`)
      if (flags.http === undefined && process.stdin.isTTY) complain(BY_HAND)
      await this.#serve(flags.http, acting.act, stopped)
    } finally {
      await acting.stop()
    }
    process.exit(0)
  }

  async #serve(port: number | undefined, act: Act, stopped: Promise<void>): Promise<void> {
    const { sessionOf } = await import('../../mcp/session.ts')
    const session = () => sessionOf(act, this.config.version, report)
    if (port === undefined) {
      const { serveStdio } = await import('../../mcp/stdio.ts')
      return await Promise.race([serveStdio(session(), complain), stopped])
    }
    const { serveHttp } = await import('../../mcp/http.ts')
    const given = process.env.WIPPY_MCP_TOKEN
    const token = given ?? randomBytes(TOKEN_BYTES).toString('base64url')
    const http = await serveHttp({ port, token, session, report })
    complain(`listening on ${http.url}${given === undefined ? `\nAuthorization: Bearer ${token}` : ''}`)
    await stopped
    await http.close()
  }

  /** In the node that runs, also one that has only just begun; else in one of its own. */
  async #acting(flags: NodeFlags, identity: Identity): Promise<Acting> {
    const { actingAt, actingIn } = await import('../../mcp/acting.ts')
    const directory = resolve(flags.dir ?? '.')
    const app = flags.to === undefined ? await appIn(directory) : null
    const config = app && { ...app, state: flags.state === undefined ? app.state : resolve(flags.state) }
    const place = placeOf({ ...flags, state: config?.state ?? flags.state })
    let seat: Seat | null = null
    while (seat === null) {
      if (await runs(place)) return { act: actingAt(place, identity), where: 'works on the node that runs', stop: async () => {} }
      if (config === null) break
      seat = await seatFor(config, 'wippy mcp')
    }
    const { node, unreach } = await this.#start(config, directory, seat)
    const stop = async (): Promise<void> => {
      await unreach()
      await node.stop({ now: true })
      seat?.leave()
    }
    return {
      act: actingIn(node, identity),
      where: config ? 'works on the app here, started for it' : 'has the sandbox: there is no app here',
      stop,
    }
  }

  async #start(config: Config | null, directory: string, seat: Seat | null): Promise<Started> {
    const { bareConfig, boot, createLog } = await import('../../index.ts')
    const log = createLog({ write: (line) => void standardError().write(line), now: Date.now, format: 'console', level: 'info' })
    const node = await boot(config ?? bareConfig(directory), { log, load: lockdown(), passing: config === null })
    sayAll(node.problems)
    return { node, unreach: config ? reachable(node, seat, true) : async () => {} }
  }
}
