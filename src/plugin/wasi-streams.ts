// WASI's streams (wasi:io 0.2) over plain functions. Nothing here waits: what is read is there, what is written is taken.

const LARGEST_WRITE = 1 << 16

/** Ready at once, or at a moment of the monotonic clock. */
export class Pollable {
  readonly #at: bigint
  readonly #now: () => bigint
  constructor(at = 0n, now: () => bigint = () => 0n) {
    this.#at = at
    this.#now = now
  }
  /** Milliseconds until it is ready; none or less when it is. */
  get leftMs(): number {
    return Number(this.#at - this.#now()) / 1e6
  }
  ready(): boolean {
    return this.leftMs <= 0
  }
  block(): void {
    while (!this.ready()) sleep(this.leftMs)
  }
}

const never = new Int32Array(new SharedArrayBuffer(4))
const sleep = (ms: number): void => void Atomics.wait(never, 0, 0, Math.max(0, ms))

export class IoError {
  toDebugString(): string {
    return 'the stream failed'
  }
}

/** Does `work`; what it cannot do is thrown as WASI's streams say it. */
const failing = <T>(work: () => T): T => {
  try {
    return work()
  } catch (error) {
    if (typeof error === 'string') throw { tag: 'last-operation-failed', val: new IoError() }
    throw error
  }
}

/** Reads what `source` gives; null is the end. */
export class InputStream {
  readonly #source: (length: number) => Uint8Array | null
  constructor(source: (length: number) => Uint8Array | null) {
    this.#source = source
  }
  read(length: bigint): Uint8Array {
    const bytes = failing(() => this.#source(Number(length < BigInt(LARGEST_WRITE) ? length : BigInt(LARGEST_WRITE))))
    if (bytes === null) throw { tag: 'closed' }
    return bytes
  }
  blockingRead(length: bigint): Uint8Array {
    return this.read(length)
  }
  skip(length: bigint): bigint {
    return BigInt(this.read(length).length)
  }
  blockingSkip(length: bigint): bigint {
    return this.skip(length)
  }
  subscribe(): Pollable {
    return new Pollable()
  }
}

export class OutputStream {
  readonly #sink: (bytes: Uint8Array) => void
  constructor(sink: (bytes: Uint8Array) => void) {
    this.#sink = (bytes) => failing(() => sink(bytes))
  }
  checkWrite(): bigint {
    return BigInt(LARGEST_WRITE)
  }
  write(bytes: Uint8Array): void {
    this.#sink(bytes)
  }
  blockingWriteAndFlush(bytes: Uint8Array): void {
    this.#sink(bytes)
  }
  flush(): void {}
  blockingFlush(): void {}
  writeZeroes(length: bigint): void {
    if (length > LARGEST_WRITE) throw new Error('more was written than checkWrite allows')
    this.#sink(new Uint8Array(Number(length)))
  }
  blockingWriteZeroesAndFlush(length: bigint): void {
    this.writeZeroes(length)
  }
  splice(source: InputStream, length: bigint): bigint {
    const bytes = source.read(length)
    this.#sink(bytes)
    return BigInt(bytes.length)
  }
  blockingSplice(source: InputStream, length: bigint): bigint {
    return this.splice(source, length)
  }
  subscribe(): Pollable {
    return new Pollable()
  }
}

/** Waits until one of them is ready; the places of those that are. */
export const poll = (pollables: readonly Pollable[]): Uint32Array => {
  if (pollables.length === 0) throw new Error('it would wait for nothing, for ever')
  for (;;) {
    const ready = pollables.flatMap((pollable, at) => (pollable.ready() ? [at] : []))
    if (ready.length > 0) return Uint32Array.from(ready)
    sleep(pollables.reduce((least, { leftMs }) => Math.min(least, leftMs), Number.POSITIVE_INFINITY))
  }
}
