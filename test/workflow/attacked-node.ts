// A node as a process, through all its lives: started, killed, frozen, cut off from its database, and what it was heard to do.

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { directoryWith } from '../registry/scratch.ts'
import type { PostgresServer } from '../support/postgres.ts'
import type { TcpProxy } from '../support/tcp-proxy.ts'

export const ROUNDS = 5 // of four steps each: a call, a sleep, a child, a signal
export const LEASE_MS = 2000

export type Fault = 'kill' | 'freeze' | 'cut' | 'silence' | 'crash'
/** `atMs`: by the clock of its node. */
export type Effect = { readonly key: string; readonly owner: string; readonly atMs: number }

/** Slow, so that it is often under way when its node is frozen. */
const EFFECT = `return function(value)
  require('time').sleep('20ms')
  require('logger'):info('effect ' .. require('ctx').get('idempotency_key'))
  return value
end`

const CHILD = `return { main = function(parent, value)
  assert(process.send(parent, 'signal', value))
  return value * 10
end }`

/** Its children have ids of their own, so they run wherever those belong. */
const PARENT = `local funcs, time = require('funcs'), require('time')
return { main = function(number, id)
  local inbox, total = process.inbox(), 0
  for round = 1, ${ROUNDS} do
    total = total + funcs.call('app:effect', number)
    time.sleep('200ms')
    local child = process.with_options({ ['workflow.id'] = 'c-' .. id .. '-' .. round })
    total = total + assert(child:exec('app:child', 'app:workflows', process.pid(), round))
    total = total + inbox:receive():payload():data()
  end
  local more = channel.select{ inbox:case_receive(), default = true }
  return { total = total, more = not more.default }
end }`

const INDEX = `version: "1.0"
namespace: app
entries:
  - { name: workflows, kind: workflow.host }
  - { name: effect, kind: function.lua, source: file://effect.lua, modules: [logger, ctx, time] }
  - { name: child, kind: workflow.lua, source: file://child.lua, modules: [workflow] }
  - { name: parent, kind: workflow.lua, source: file://parent.lua, modules: [workflow, funcs, time] }
`

export class SharedNode {
  readonly #root: string
  readonly proxy: TcpProxy
  readonly effects: Effect[] = []
  #child: ChildProcessWithoutNullStreams | null = null
  #said = ''
  owner = ''

  constructor(server: PostgresServer, proxy: TcpProxy) {
    this.proxy = proxy
    const url = server.url.replace(`:${server.port}/`, `:${proxy.port}/`)
    const workflow = { engine: 'postgres', url, lease: LEASE_MS }
    this.#root = directoryWith({
      'wippy.config.ts': `export default ${JSON.stringify({ workflow })}`,
      'src/_index.yaml': INDEX,
      'src/effect.lua': EFFECT,
      'src/child.lua': CHILD,
      'src/parent.lua': PARENT,
    })
  }

  get said(): string {
    return this.#said.slice(-2000)
  }

  async start(): Promise<void> {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'shared-node.ts'), this.#root])
    this.#child = child
    child.stdin.on('error', () => {}) // it was killed
    createInterface(child.stderr).on('line', (line) => {
      const [, time, key] = /(\d{4}-\d\d-\d\dT[\d:.]+Z).*[\s"]effect (\S+?)"?(?:$|[\s,}])/.exec(line) ?? []
      if (time === undefined || key === undefined) this.#said += `${line}\n`
      else this.effects.push({ key, owner: this.owner, atMs: Date.parse(time) })
    })
    this.owner = await new Promise<string>((resolve, reject) => {
      createInterface(child.stdout).on('line', (line) => resolve(line.slice('up '.length)))
      child.once('close', (code) => reject(new Error(`a node ended by itself with ${code}:\n${this.said}`)))
    })
  }

  begin(prefix: string, count: number): void {
    this.#child?.stdin.write(`${prefix} ${count}\n`)
  }

  async kill(): Promise<void> {
    const child = this.#child
    if (child === null) return
    const closed = new Promise((resolve) => child.once('close', resolve))
    child.kill('SIGKILL')
    await closed
  }

  async inflict(fault: Fault): Promise<void> {
    if (fault === 'kill') await this.kill()
    else if (fault === 'freeze') this.#child?.kill('SIGSTOP')
    else this.proxy.passage = fault === 'cut' ? 'cut' : 'silent'
  }

  async heal(fault: Fault): Promise<void> {
    if (fault === 'kill') await this.start()
    else if (fault === 'freeze') this.#child?.kill('SIGCONT')
    else this.proxy.passage = 'open'
  }
}
