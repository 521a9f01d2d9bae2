// Workflows on a node that is killed again and again (kill -9): all of them end as if nothing had happened. Effects are counted outside the
// node, by their keys.

import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { directoryWith } from '../registry/scratch.ts'
import { Random } from '../support/random.ts'

export const ROUNDS = 5 // of four steps each: a call, a sleep, a child, a signal

// Its first attempt at each call fails: that the next one is due is known to the journal alone.
const EFFECT = `return function(value)
  if require('activity').info().attempt == 1 then return nil, 'not yet' end
  require('logger'):info('effect ' .. require('ctx').get('idempotency_key'))
  return value
end`

const CHILD = `return { main = function(parent, value)
  assert(process.send(parent, 'signal', value))
  return value * 10
end }`

const PARENT = `local funcs, time, workflow = require('funcs'), require('time'), require('workflow')
local policy = funcs.new():with_options{ ['activity.retry_policy'] = { initial_interval = 60, backoff_coefficient = 1 } }
return { main = function(number)
  local inbox, total = process.inbox(), 0
  for round = 1, ${ROUNDS} do
    total = total + policy:call('app:effect', number)
    time.sleep('150ms')
    total = total + workflow.exec('app:child', process.pid(), round)
    total = total + inbox:receive():payload():data()
  end
  local more = channel.select{ inbox:case_receive(), default = true }
  return { total = total, more = not more.default }
end }`

const starter = (count: number): string => `return { main = function()
  for number = 1, ${count} do
    local options = { ['workflow.id'] = 'w' .. number, ['workflow.id_reuse_policy'] = 'reject_duplicate' }
    local pid, err = process.with_options(options):spawn('app:parent', 'app:workflows', number)
    if err and err:kind() ~= 'AlreadyExists' then error(err) end
  end
  process.events():receive()
end }`

/** What a workflow with this number ends with. */
export const totalOf = (number: number): number => {
  let total = 0
  for (let round = 1; round <= ROUNDS; round++) total += number + round * 10 + round
  return total
}

export type Outcome = {
  readonly kills: number
  readonly results: readonly (readonly [id: string, status: string, value: { readonly total: number; readonly more: boolean }])[]
  /** How often each effect happened, by its key. */
  readonly effects: ReadonlyMap<string, number>
}

const app = (count: number): string => {
  const modules = (...names: string[]): string => JSON.stringify(names)
  return `version: "1.0"
namespace: app
entries:
  - { name: workflows, kind: workflow.host }
  - { name: processes, kind: process.host }
  - { name: effect, kind: function.lua, source: file://effect.lua, modules: ${modules('logger', 'ctx', 'activity')} }
  - { name: child, kind: workflow.lua, source: file://child.lua, modules: ${modules('workflow')} }
  - { name: parent, kind: workflow.lua, source: file://parent.lua, modules: ${modules('funcs', 'time', 'workflow')} }
  - { name: starter, kind: process.lua, source: file://starter.lua }
  - { name: start, kind: process.service, process: "app:starter", host: "app:processes", lifecycle: { auto_start: true } }
# ${count} workflows
`
}

/** Runs `count` workflows to their end, killing the node some time between `soonestMs` and `latestMs` after it is up, again and again. */
export const runWithKills = async (count: number, seed: number, soonestMs: number, latestMs: number, most: number): Promise<Outcome> => {
  const random = new Random(seed)
  const root = directoryWith({
    'src/_index.yaml': app(count),
    'src/effect.lua': EFFECT,
    'src/child.lua': CHILD,
    'src/parent.lua': PARENT,
    'src/starter.lua': starter(count),
  })
  const effects = new Map<string, number>()
  for (let kills = 0; ; kills++) {
    const results = await life(root, count, effects, kills < most ? soonestMs + random.below(latestMs - soonestMs) : null)
    if (results !== null) return { kills, results, effects }
  }
}

/** One life of the node: until it is killed, or has nothing left to do. */
const life = (root: string, count: number, effects: Map<string, number>, afterMs: number | null): Promise<Outcome['results'] | null> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'crashing-node.ts'), root, String(count)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let results: Outcome['results'] | null = null
    let said = ''
    let kill: ReturnType<typeof setTimeout> | null = null
    createInterface(child.stderr).on('line', (line) => {
      const key = /effect (\S+?)"?(?:$|[\s,}])/.exec(line)?.[1]
      if (key === undefined) said += `${line}\n`
      else effects.set(key, (effects.get(key) ?? 0) + 1)
    })
    createInterface(child.stdout).on('line', (line) => {
      if (line === 'up' && afterMs !== null) kill = setTimeout(() => child.kill('SIGKILL'), afterMs)
      if (!line.startsWith('all ')) return
      results = JSON.parse(line.slice('all '.length)) as Outcome['results']
      child.kill('SIGKILL')
    })
    child.on('close', (code, signal) => {
      if (kill !== null) clearTimeout(kill)
      if (signal === 'SIGKILL') resolve(results)
      else reject(new Error(`the node ended by itself with ${code}:\n${said}`))
    })
  })
