// Bodies for programs: one image per version of an entry, made when the first process of it is spawned.

import type { Program } from '../program.ts'
import { entryImage } from './entry-image.ts'
import type { Image } from './image.ts'
import { type BodyLimits, LuaBody } from './lua-body.ts'
import { actor } from './module.ts'
import { defaultPool, Pool, type PoolLimits } from './pool.ts'

export class Bodies {
  readonly pool: Pool
  readonly #base: Image
  readonly #images = new WeakMap<object, Image>()

  constructor(limits: PoolLimits = defaultPool) {
    const { module, image } = actor()
    this.#base = image
    this.pool = new Pool(module, limits)
  }

  /** A body for the program known as `version`; `program` is called when its image is not there yet. Throws LUA_LOAD. */
  make(version: object, program: () => Program, limits: BodyLimits): LuaBody {
    let image = this.#images.get(version)
    if (image === undefined) {
      image = entryImage(this.pool, this.#base, program())
      this.#images.set(version, image)
    }
    return new LuaBody(this.pool, image, limits)
  }
}
