// One plugin at a time, installed in a node, called, and taken away: what its caller was told, and what became of everybody else.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { inspect } from 'node:util'
import { WippyError } from '../../src/error.ts'
import type { Exit } from '../../src/kernel/exit.ts'
import { decodeAll } from '../../src/msgpack.ts'
import { componentOf, type PluginAttack } from './component.ts'
import { cage, type Latency, type Neighbourhood, OPERATOR, SECRET } from './neighbourhood.ts'

const PLUGIN = 'app:hostile'
const FUNCTION = 'app:hostile_run'
const PINGS = 8
const BETWEEN_MS = 5 // pings: what is asked all the time takes the time of who answers
const MOST_LINES = 2500 // of the log, of one attack: two calls within a second or two

export type PluginOutcome = { readonly wrongs: readonly string[]; readonly latencies: readonly Latency[] }

export class PluginSiege {
  readonly #place: Neighbourhood
  readonly #folder = mkdtempSync(join(tmpdir(), 'wippy-attack-'))

  constructor(place: Neighbourhood) {
    this.#place = place
  }

  async lay(attack: PluginAttack): Promise<PluginOutcome> {
    const { app } = this.#place
    const before = this.#place.standing()
    const from = app.lines.length
    const folder = cage()
    const latencies: Latency[] = []
    let isOver = false
    const answers = this.#told(attack, folder).finally(() => {
      isOver = true
    })
    while (!isOver || latencies.length < PINGS) {
      latencies.push(await this.#place.ping())
      await pause(BETWEEN_MS)
    }
    const said = await answers
    const wrongs = said.flatMap((text) => (attack.says.test(text) ? [] : [`its caller was told: ${text.slice(0, 500)}`]))
    if (app.node.registry.get(FUNCTION)) await app.drop(FUNCTION)
    if (app.node.registry.get(PLUGIN)) await app.drop(PLUGIN)
    const left = await this.#place.clear(before)
    const lines = app.lines.splice(from)
    const log = inspect(lines, { depth: 5, maxArrayLength: null, maxStringLength: null })
    if (lines.length > MOST_LINES) wrongs.push(`it wrote ${lines.length} lines`)
    if (`${said}${log}`.includes(SECRET)) wrongs.push('it told the secret')
    if (left.length > 0) wrongs.push(`it left ${left.join('; ')}`)
    if (!(await this.#place.isAlive())) wrongs.push('the node is not as it was')
    if (readFileSync(join(dirname(folder), 'secret.txt'), 'utf8') !== SECRET) wrongs.push('it changed what lies outside')
    if ('polluted' in globalThis || 'polluted' in {}) wrongs.push('the host has a new field')
    rmSync(dirname(folder), { recursive: true })
    return { wrongs, latencies }
  }

  /** What two callers are told, one after the other: the reason for which it was refused, its error, or its value. */
  async #told(attack: PluginAttack, folder: string): Promise<readonly string[]> {
    const path = join(this.#folder, 'x.wasm')
    writeFileSync(path, await componentOf(attack))
    const allow = attack.allow.map((grant) => grant.replace('CAGE', folder))
    try {
      await this.#place.app.put(PLUGIN, { kind: 'plugin.component', path, allow, limits: attack.limits })
      await this.#place.app.put(FUNCTION, { kind: 'plugin.function', plugin: PLUGIN, export: 'run' })
    } catch (error) {
      if (!(error instanceof WippyError)) throw error
      return [`refused: ${error.text}`]
    }
    return [await this.#call(attack), await this.#call(attack)]
  }

  async #call({ given }: PluginAttack): Promise<string> {
    const { app } = this.#place
    const source = `return function()
      local value, err = funcs.new():call("${FUNCTION}"${given === '' ? '' : `, ${given}`})
      return err and tostring(err) or "value " .. tostring(value)
    end`
    const { pid } = await this.#place.run(source, 'app:processes', OPERATOR, ['funcs'])
    const exit = await app.patient(new Promise<Exit>((resolve) => app.node.scheduler.onExit(pid, resolve)), 'the caller')
    return String(decodeAll(exit.payload)[0])
  }

  async close(): Promise<void> {
    await this.#place.close()
    rmSync(this.#folder, { recursive: true })
  }
}
