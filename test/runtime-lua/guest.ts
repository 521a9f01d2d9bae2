// A process in stock Lua (wasmoon) with the real modules of runtime-lua and real services behind it, on a fake clock.
//
// stub.lua is the other half: it holds the coroutines and the `host` table. Time passes only when every coroutine waits for it.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type LuaEngine, LuaFactory } from 'wasmoon'
import { Kind, WippyError } from '../../src/error.ts'
import { hashService } from '../../src/service/hash.ts'
import { jsonService } from '../../src/service/json.ts'
import type { Service } from '../../src/service/service.ts'
import { timeService } from '../../src/service/time.ts'
import { uuidService } from '../../src/service/uuid.ts'
import { ask, type FakeCaller, fakeCaller } from '../support/caller.ts'
import { FakeClock } from './fake-clock.ts'

const runtime = join(import.meta.dirname, '../../runtime-lua')
const factory = new LuaFactory()

type Stub = {
  run(body: () => unknown): void
  step(): boolean
  reply(tag: number, ok: boolean, values: string): void
  advance(nanoseconds: number): void
}

export class Guest {
  readonly clock = new FakeClock()
  readonly caller: FakeCaller = fakeCaller()
  readonly #lua: LuaEngine
  readonly #services: ReadonlyMap<string, Service>
  #answers: [tag: number, ok: boolean, values: string][] = []
  #asked = 0

  private constructor(lua: LuaEngine) {
    this.#lua = lua
    const all = [timeService(this.clock), hashService(), jsonService(), uuidService(this.clock)]
    this.#services = new Map(all.map((service) => [service.name, service]))
  }

  static async start(): Promise<Guest> {
    const lua = await factory.createEngine()
    const guest = new Guest(lua)
    lua.global.set('read', (name: string) => readFileSync(join(runtime, `${name}.lua`), 'utf8'))
    lua.global.set('ask', (op: string, target: string, tag: number, args: string) => {
      guest.#ask(op, target, tag, args)
    })
    lua.global.set('source', readFileSync(join(import.meta.dirname, 'stub.lua'), 'utf8'))
    lua.doStringSync('stub = assert(load(source, "@stub.lua"))(read, ask)')
    guest.#tellTime()
    return guest
  }

  /** The names of the functions in the table that a chunk returns; `test` runs them. */
  load(path: string): readonly string[] {
    this.#lua.global.set('source', readFileSync(path, 'utf8'))
    this.#lua.global.set('path', path.split('/').slice(-2).join('/'))
    return this.#lua
      .doStringSync(`tests = assert(load(source, '@' .. path, 't', stub.globals()))()
      local names = {}
      for name in pairs(tests) do names[#names + 1] = name end
      table.sort(names)
      return table.concat(names, '\\n')`)
      .split('\n')
  }

  /** Runs one function of the loaded chunk to its end. */
  async test(name: string): Promise<void> {
    this.#lua.global.set('name', name)
    this.#lua.doStringSync('stub.run(tests[name])')
    while (!this.#lua.doStringSync('return stub.step()')) {
      await this.#answered()
      for (const [tag, ok, values] of this.#answers.splice(0)) this.#stub.reply(tag, ok, values)
    }
  }

  get #stub(): Stub {
    return this.#lua.global.get('stub')
  }

  // Waits for at least one answer: first for work that needs no time, then for the next timer.
  async #answered(): Promise<void> {
    while (this.#answers.length === 0) {
      await new Promise((resolve) => setImmediate(resolve))
      this.#collectPushes()
      if (this.#answers.length > 0 || this.#working()) continue
      if (!this.clock.next()) throw new Error('every coroutine waits, for nothing')
      this.#tellTime()
    }
  }

  // Asks under way that no timer stands for.
  #working(): boolean {
    return this.#asked > this.clock.waiting
  }

  #tellTime(): void {
    this.#lua.doStringSync(`stub.advance(${BigInt(Math.round(this.clock.nowMs() * 1000)) * 1000n})`)
  }

  #collectPushes(): void {
    for (const { tag, values } of this.caller.pushed.splice(0)) this.#answers.push([tag, true, toText(values)])
  }

  #ask(op: string, target: string, tag: number, args: string): void {
    const service = this.#services.get(op.split('.')[0]!)
    if (!service) throw new Error(`no service for ${op}`)
    this.#asked++
    this.#answer(service, op, target, fromText(args), tag).finally(() => this.#asked--)
  }

  async #answer(service: Service, op: string, target: string, args: readonly unknown[], tag: number): Promise<void> {
    try {
      const values = (await ask(service, this.caller, op, target, args, tag)) as readonly unknown[]
      if (tag !== 0) this.#answers.push([tag, true, toText(values)])
    } catch (error) {
      if (tag !== 0) this.#answers.push([tag, false, toText([error])])
    }
  }
}

const hex = (text: string | Uint8Array): string => Buffer.from(text as string).toString('hex')

const toText = (values: readonly unknown[]): string => values.map(field).join(',')

const field = (value: unknown): string => {
  if (value === null || value === undefined) return 'n'
  if (value === true) return 't'
  if (value === false) return 'f'
  if (typeof value === 'number') return Number.isInteger(value) ? `i${value}` : `d${value}`
  if (typeof value === 'string' || value instanceof Uint8Array) return `s${hex(value)}`
  if (Array.isArray(value)) return `l${value.map(hex).join(';')}`
  const error = value instanceof WippyError ? value : new WippyError('INTERNAL', Kind.Internal, String(value))
  return `e${hex(error.kind)};${hex(error.message)};${field(error.retryable)}`
}

const fromText = (text: string): unknown[] =>
  text.split(',').map((part) => {
    const rest = part.slice(1)
    if (part[0] === 't' || part[0] === 'f') return part[0] === 't'
    if (part[0] === 'i') return Number.isSafeInteger(Number(rest)) ? Number(rest) : BigInt(rest)
    if (part[0] === 'd') return Number(rest)
    if (part[0] !== 's') return null
    const bytes = Buffer.from(rest, 'hex')
    return bytes.equals(Buffer.from(bytes.toString('utf8'))) ? bytes.toString('utf8') : new Uint8Array(bytes)
  })
