// Lua processes without a node around them: scheduler, instances, images. What they cost is what the kernel and the VM cost.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../../clock.ts'
import type { Exit } from '../../kernel/exit.ts'
import { defaultLimits, Host } from '../../kernel/host.ts'
import type { Process } from '../../kernel/process.ts'
import { Scheduler } from '../../kernel/scheduler.ts'
import { decode, decodeAll, encode, encodeAll } from '../../msgpack.ts'
import { entryImage } from '../../vm/entry-image.ts'
import { Image } from '../../vm/image.ts'
import { LuaBody } from '../../vm/lua-body.ts'
import type { Actor, RuntimeModule } from '../../vm/module.ts'
import { defaultPool, Pool } from '../../vm/pool.ts'

const TURN_MS = 2 // as a node pumps
const ENTRY = 'bench:process'

/** Another build of the VM, from a folder. */
export const readActor = (folder: string): Actor => ({
  module: new WebAssembly.Module(readFileSync(join(folder, 'actor.wasm'))),
  image: Image.parse(readFileSync(join(folder, 'actor.image'))),
  modules: decode(readFileSync(join(folder, 'actor.modules'))) as RuntimeModule[],
})

export class Arena {
  readonly scheduler: Scheduler
  readonly pool: Pool
  readonly #host = new Host('bench:processes')
  readonly #actor: Actor

  /** `actor`: a build of actor.wasm and what was booted with it. */
  constructor(actor: Actor) {
    this.#actor = actor
    this.pool = new Pool(actor.module, defaultPool)
    this.scheduler = new Scheduler({
      encodeError: encode,
      door: ({ op }) => {
        throw new Error(`nobody answers ${op} here`)
      },
    })
  }

  /** An entry's image, made of a chunk that returns its main function. */
  image(code: string): Image {
    const chunk = { file: 'bench.lua', code, imports: {} }
    return entryImage(this.pool, this.#actor, { entry: ENTRY, method: 'main', chunk, modules: [], implied: [], libraries: [] })
  }

  spawn(image: Image, ...args: readonly unknown[]): Process {
    const { memoryBytes, hardFuel } = defaultLimits
    const body = new LuaBody(this.pool, image, { memoryBytes, hardFuel })
    return this.scheduler.spawn({ host: this.#host, body, entry: ENTRY, startedAt: 0, args: encodeAll(args) })
  }

  /** Runs everybody until this one has ended; returns what it returned, throws what it failed with. */
  finish(process: Process): unknown {
    let exit: Exit | undefined
    this.scheduler.onExit(process.pid, (how) => {
      exit = how
    })
    while (exit === undefined) {
      if (!this.scheduler.pump(systemClock.nowMs, TURN_MS) && exit === undefined) throw new Error('everybody waits')
    }
    const [value, error] = decodeAll(exit.payload)
    if (!exit.ok) throw exit.error ?? error
    return value
  }

  /** Runs everybody until all wait. */
  settle(): void {
    while (this.scheduler.pump(systemClock.nowMs, TURN_MS));
  }

  terminateAll(): void {
    for (const { pid } of [...this.scheduler.processes]) this.scheduler.terminate(pid)
    this.settle()
  }
}
