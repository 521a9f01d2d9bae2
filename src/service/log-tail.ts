// The last records of the log, kept for whoever asks later, and everything from now on for whoever listens.

import type { LogRecord } from './log-line.ts'
import type { Log } from './logger.ts'

const MOST_RECORDS = 1_000
const MOST_BYTES = 1024 ** 2

const LEAST = 16 // of what is no text

/** About what a value takes, all that is in it included: a process may put anything into a field. */
const weightOf = (value: unknown): number => {
  if (typeof value === 'string' || value instanceof Uint8Array) return LEAST + value.length
  if (value instanceof Error) return LEAST + value.message.length
  if (typeof value !== 'object' || value === null) return LEAST
  const parts: Iterable<unknown> = Array.isArray(value) ? value : value instanceof Map ? [...value].flat() : Object.entries(value).flat()
  let weight = LEAST
  for (const part of parts) weight += weightOf(part)
  return weight
}

const sizeOf = ({ source, message, fields, pid, location }: LogRecord): number => weightOf([source, message, [...fields], pid, location])

export class LogTail {
  #records: LogRecord[] = []
  #bytes = 0
  readonly #listeners = new Set<(record: LogRecord) => void>()

  /** A log that writes to `log`, and is heard here. */
  over(log: Log): Log {
    return {
      now: log.now,
      record: (level, source, message, fields = {}) => {
        this.#hear({ timeMs: log.now(), level, source, message, fields: Object.entries(fields) })
        log.record(level, source, message, fields)
      },
      write: (record) => {
        this.#hear(record)
        log.write(record)
      },
    }
  }

  /** Oldest first. */
  recent(): readonly LogRecord[] {
    return this.#records
  }

  /** Calls `hear` for every record from now on. The returned function ends it. */
  follow(hear: (record: LogRecord) => void): () => void {
    this.#listeners.add(hear)
    return () => this.#listeners.delete(hear)
  }

  #hear(record: LogRecord): void {
    this.#records.push(record)
    this.#bytes += sizeOf(record)
    if (this.#records.length > MOST_RECORDS || this.#bytes > MOST_BYTES) this.#trim()
    for (const hear of this.#listeners) hear(record)
  }

  /** Makes room for a quarter at once: dropping one by one would move all the others each time. */
  #trim(): void {
    let drop = 0
    while (drop < this.#records.length && (this.#records.length - drop > MOST_RECORDS * 0.75 || this.#bytes > MOST_BYTES * 0.75)) {
      this.#bytes -= sizeOf(this.#records[drop++]!)
    }
    this.#records = this.#records.slice(drop)
  }
}
