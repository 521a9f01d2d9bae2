// Bodies for programs: one image per program, made when the first process of it is spawned.

import type { Program } from '../program.ts'
import { entryImage } from './entry-image.ts'
import type { Image } from './image.ts'
import { type BodyLimits, LuaBody } from './lua-body.ts'
import { type Actor, actor } from './module.ts'
import { defaultPool, Pool, type PoolLimits } from './pool.ts'

export class Bodies {
  readonly pool: Pool
  readonly #actor: Actor
  readonly #images = new WeakMap<Program, Image>()

  constructor(limits: PoolLimits = defaultPool) {
    this.#actor = actor()
    this.pool = new Pool(this.#actor.module, limits)
  }

  /** A body that runs `program`. Throws LUA_LOAD. */
  make(program: Program, limits: BodyLimits): LuaBody {
    return new LuaBody(this.pool, this.#imageOf(program), limits)
  }

  /** Whether `program` compiles: makes its image, and does not keep it. Throws LUA_LOAD. */
  check(program: Program): void {
    if (!this.#images.has(program)) entryImage(this.pool, this.#actor, program)
  }

  /**
   * Makes the image of `program` now, so that its first body costs no more than its second; it takes a few milliseconds, and between its
   * steps others have their turn. Throws LUA_LOAD.
   */
  async prepare(program: Program, turn: () => Promise<unknown>): Promise<void> {
    const image = this.#imageOf(program)
    await turn()
    image.flatten()
  }

  #imageOf(program: Program): Image {
    let image = this.#images.get(program)
    if (image === undefined) {
      image = entryImage(this.pool, this.#actor, program)
      this.#images.set(program, image)
    }
    return image
  }
}
