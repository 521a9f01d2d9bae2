// Places: short stretches of one WebAssembly memory in which small mailboxes lie, so that what carries frames to a body and from it can itself
// be WebAssembly. There are so many of them, for all of a thread; who gets none has memory of its own, and so have those who come after a pool
// of buffers that was forgotten and kept its places.

export const PLACE_BYTES = 256
const PAGE = 65_536
const PAGES = 16

const memory = new WebAssembly.Memory({ initial: PAGES, maximum: PAGES })
const { buffer } = memory

export const places = { memory, bytes: new Uint8Array(buffer), view: new DataView(buffer), words: new Int32Array(buffer) } as const

const free: number[] = []
let fresh = PLACE_BYTES // address 0 is no place

/** The address of a place that nobody has; 0 when there is none left. */
export const takePlace = (): number => {
  const given = free.pop()
  if (given !== undefined) return given
  if (fresh === PAGES * PAGE) return 0
  fresh += PLACE_BYTES
  return fresh - PLACE_BYTES
}

export const givePlace = (at: number): void => void free.push(at)
