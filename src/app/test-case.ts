// What a test tells of a case: as a message of a test library, and as text that names a place.

import { decodeAll } from '../msgpack.ts'
import { isFields } from '../registry/entry.ts'

/** Why a case failed. */
export type Failure = {
  readonly message: string
  /** Where it was found, when that is known. */
  readonly file: string | null
  readonly line: number | null
  /** Written out, to be compared line by line. */
  readonly expected: string | null
  readonly actual: string | null
}

export type TestCase = {
  /** Names of what it is described in, from the outside. */
  readonly suite: string
  readonly name: string
  readonly status: 'passed' | 'failed' | 'skipped'
  readonly ms: number
  readonly failure: Failure | null
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null)

const PLACE = /^((?:[^\s:]+:)?[^\s:]+):(\d+)(?:: ([\s\S]*))?$/

/** `src/cart_test.lua:12: assertion failed` → its place and what is said there; `at`: where the case stands, when the text names no place. */
export const failureOf = (
  text: string,
  sides: { readonly expected?: unknown; readonly actual?: unknown; readonly at?: unknown } = {},
): Failure => {
  const told = PLACE.exec(text)
  const { 1: file = null, 2: line } = told ?? PLACE.exec(String(sides.at)) ?? []
  return {
    ...{ message: told?.[3] ?? text, file, line: line === undefined ? null : Number(line) },
    ...{ expected: textOf(sides.expected), actual: textOf(sides.actual) },
  }
}

/** What a case is called. */
export type Named = Pick<TestCase, 'suite' | 'name'>

const STATUS: Readonly<Record<string, TestCase['status']>> = {
  'test:case:pass': 'passed',
  'test:case:fail': 'failed',
  'test:case:skip': 'skipped',
}

/** A case as a message tells it: that it begins, or how it ended. Null for any other message. */
export const toldIn = (payload: Uint8Array): Named | TestCase | null => {
  const [message] = decodeAll(payload)
  if (!isFields(message) || !isFields(message.data)) return null
  const { suite = '', test = '', duration, error, expected, actual, at } = message.data
  const named = { suite: String(suite), name: String(test) }
  if (message.type === 'test:case:start') return named
  const status = STATUS[String(message.type)]
  if (status === undefined) return null
  return {
    ...{ ...named, status },
    ms: typeof duration === 'number' ? duration * 1000 : 0,
    failure: status === 'failed' ? failureOf(String(error ?? 'failed'), { expected, actual, at }) : null,
  }
}
