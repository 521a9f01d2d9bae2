// The attempts at what a workflow asked for and nobody answered yet, told from its records alone.
//
//   T1 An attempt counts from the record it begins with: the step that asked, a note, or the record with which another start of a node took the
//      workflow up while it was under way.
//   T2 What waits for its next attempt is a timer of the journal: nobody holds it meanwhile.

import { decodeAll, encodeAll } from '../msgpack.ts'

/** `dueMs`: when the next attempt begins; null while one is under way. `details`: of the last heartbeat, a msgpack array. */
export type Attempt = {
  readonly number: number
  readonly askedMs: number
  readonly dueMs: number | null
  readonly details: Uint8Array | null
}

/** What is noted of an ask between two steps. */
export type Note =
  | { readonly what: 'fails'; readonly tag: number; readonly dueMs: number; readonly details: Uint8Array | null; readonly error: unknown }
  /** The one at hand is not begun here, but by who goes on. */
  | { readonly what: 'rests'; readonly tag: number; readonly dueMs: number }
  | { readonly what: 'begins'; readonly tag: number }
  | { readonly what: 'beats'; readonly tag: number; readonly details: Uint8Array }

/** A note as the input of its record. */
export const noteToBytes = (note: Note): Uint8Array => {
  const { what, tag } = note
  if (what === 'fails') return encodeAll([what, tag, note.dueMs, note.details, note.error])
  if (what === 'rests') return encodeAll([what, tag, note.dueMs])
  return encodeAll(what === 'beats' ? [what, tag, note.details] : [what, tag])
}

/** The note that `noteToBytes` has written. */
export const noteOf = (bytes: Uint8Array): Note => {
  const [what, tag, ...rest] = decodeAll(bytes) as [Note['what'], number, ...unknown[]]
  if (what === 'fails') {
    const [dueMs, details, error] = rest as [number, Uint8Array | null, unknown]
    return { what, tag, dueMs, details, error }
  }
  if (what === 'rests') return { what, tag, dueMs: rest[0] as number }
  return what === 'beats' ? { what, tag, details: rest[0] as Uint8Array } : { what, tag }
}

type Stored = readonly [tag: number, number: number, askedMs: number, dueMs: number | null, details: Uint8Array | null]

export class Attempts {
  readonly #all = new Map<number, Attempt>()

  constructor(stored: readonly Stored[] = []) {
    for (const [tag, number, askedMs, dueMs, details] of stored) this.#all.set(tag, { number, askedMs, dueMs, details })
  }

  of(tag: number): Attempt | undefined {
    return this.#all.get(tag)
  }

  /** Those that wait, with when they are due. */
  *waiting(): Generator<{ readonly tag: number; readonly dueMs: number }> {
    for (const [tag, { dueMs }] of this.#all) if (dueMs !== null) yield { tag, dueMs }
  }

  isWaiting(tag: number): boolean {
    return (this.#all.get(tag)?.dueMs ?? null) !== null
  }

  asked(tag: number, askedMs: number): void {
    this.#all.set(tag, { number: 1, askedMs, dueMs: null, details: null })
  }

  /** Nobody waits for an answer any more. Whether it waited for its next attempt. */
  over(tag: number): boolean {
    const wasWaiting = this.isWaiting(tag)
    this.#all.delete(tag)
    return wasWaiting
  }

  take(note: Note): void {
    const known = this.#all.get(note.tag)
    if (known === undefined) return
    if (note.what === 'begins') this.#all.set(note.tag, { ...known, number: known.number + 1, dueMs: null })
    else if (note.what === 'rests') this.#all.set(note.tag, { ...known, number: known.number - 1, dueMs: note.dueMs })
    else if (note.what === 'beats') this.#all.set(note.tag, { ...known, details: note.details })
    else this.#all.set(note.tag, { ...known, dueMs: note.dueMs, details: note.details ?? known.details })
  }

  /** The workflow was taken up anew: what was under way is begun once more. */
  interrupted(): void {
    for (const [tag, known] of this.#all) if (known.dueMs === null) this.#all.set(tag, { ...known, number: known.number + 1 })
  }

  stored(): readonly Stored[] {
    return [...this.#all].map(([tag, { number, askedMs, dueMs, details }]) => [tag, number, askedMs, dueMs, details])
  }
}
