// The image of an entry: the booted memory with the entry's libraries and chunk compiled in, not yet run. Made once per version.

import { WippyError } from '../error.ts'
import { type Frames, LOAD } from '../kernel/frame.ts'
import { FrameBuffer } from '../kernel/frame-buffer.ts'
import { encodeAll } from '../msgpack.ts'
import type { Program } from '../program.ts'
import { Verdict as Answer, Field, PAGE, Trap } from './abi.ts'
import type { Image } from './image.ts'
import type { Instance } from './instance.ts'
import { type Actor, type RuntimeModule, withNeeds } from './module.ts'
import type { Pool } from './pool.ts'

// What loading may cost, so that code which only its compiler finds long holds up nobody: ten times what people's code costs.
const FUEL = 20_000_000
const FUEL_A_BYTE = 50
const LOAD_PAGES = 1024
const TOO_LARGE = `it takes more than ${(LOAD_PAGES * PAGE) / 1024 ** 2} MiB to load`
const TOO_LONG = 'it takes too long to load: take long expressions and functions apart'
const utf8 = new TextEncoder()

/** Compiles a program on top of the booted image. Throws LUA_LOAD, with Lua's own message when it does not compile. */
export const entryImage = (pool: Pool, { image: base, modules }: Pick<Actor, 'image' | 'modules'>, program: Program): Image => {
  const slot = pool.acquire({
    leftAt: -1,
    evict: () => {
      throw new Error('an image is made within one call')
    },
  })
  try {
    slot.instance.load(base)
    load(slot.instance, program, withNeeds(modules, [...program.modules, ...program.implied]))
    slot.instance.exports.seal()
    slot.instance.refresh()
    return slot.instance.capture(base)
  } finally {
    pool.release(slot)
  }
}

const load = (instance: Instance, { entry, method, chunk, modules, libraries }: Program, files: readonly RuntimeModule[]): void => {
  const frames = new FrameBuffer()
  const add = (name: string, role: string, values: readonly unknown[]): void =>
    frames.write(LOAD, 0, 0, utf8.encode(name), utf8.encode(role), encodeAll(values))
  for (const { name, code, whole } of files) frames.write(LOAD, whole ? 1 : 0, 0, utf8.encode(name), utf8.encode('runtime'), code)
  for (const name of modules) add('', 'module', [name])
  for (const { id, chunk: library } of libraries) add(`@${library.file}`, 'library', [library.code, id, library.imports])
  add(`@${chunk.file}`, 'main', [chunk.code, method, entry, chunk.imports])
  add('', 'ready', [])
  const message = run(instance, frames)
  if (message !== null) throw new WippyError('LUA_LOAD', 'Invalid', message, { where: { entry } })
}

/** Why the frames cannot be loaded; null when they were. */
const run = (instance: Instance, frames: Frames): string | null => {
  const size = frames.end - frames.start
  try {
    const at = instance.exports.reserve(size, LOAD_PAGES)
    instance.refresh()
    if (at === 0) return TOO_LARGE
    instance.bytes.set(frames.bytes.subarray(frames.start, frames.end), at)
    const answer = instance.exports.step(size, Math.min(FUEL + size * FUEL_A_BYTE, 2 ** 31 - 1), 0, LOAD_PAGES, 0)
    instance.refresh()
    return answer === Answer.wait ? leaveNothing(instance, size) : complaintOf(instance)
  } catch (cause) {
    instance.refresh()
    const trap = instance.exports.fault.value
    if (trap === Trap.memory) return TOO_LARGE
    if (trap === Trap.fuel) return TOO_LONG
    throw cause
  }
}

/** Gives the inbox back to its small size, and leaves nothing of the source in it. */
const leaveNothing = (instance: Instance, size: number): null => {
  const inbox = instance.exports.reserve(0, LOAD_PAGES)
  instance.refresh()
  instance.bytes.fill(0, inbox, inbox + Math.min(size, instance.words[Field.inCapacity]!))
  return null
}

const complaintOf = (instance: Instance): string => {
  const message = instance.exports.complaint()
  instance.refresh()
  return new TextDecoder().decode(instance.bytes.slice(message, message + instance.words[Field.scratch]!))
}
