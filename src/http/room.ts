// What a server holds of its requests' bodies that were asked for whole, all of them together. What is read piece by piece waits in the
// client, and takes none of it.

export class Room {
  /** Bytes. Where it shrinks, those that are held stay. */
  most: number
  readonly #refused: () => void
  #held = 0

  /** `refused` hears each time that there was none. */
  constructor(most: number, refused: () => void) {
    this.most = most
    this.#refused = refused
  }

  /** Room for so many bytes more; false when there is none. */
  take(bytes: number): boolean {
    const has = this.#held + bytes <= this.most
    if (has) this.#held += bytes
    else this.#refused()
    return has
  }

  /** Gives back what was taken. */
  give(bytes: number): void {
    this.#held -= bytes
  }
}
