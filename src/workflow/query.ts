// What workflows are found by, and what is looked for: every engine answers the same, in the same order.

/** A name may have several values. */
export type Attribute = readonly [name: string, value: string]

/** The attribute that names a workflow's parent; names that begin with @ are the runtime's. */
export const PARENT = '@parent'

/** Attributes of one workflow, and bytes of a name or value. */
export const MOST_ATTRIBUTES = 64
export const LONGEST_ATTRIBUTE = 255

/** What a workflow can be found by, beside its id and status. */
export type Traits = {
  readonly entry: string
  /** Whole milliseconds since 1970. */
  readonly startedMs: number
  readonly attributes: readonly Attribute[]
}

export type Findable = { readonly id: string; readonly status: string; readonly traits: Traits }

/** All of it must hold. With a bound on the start the order is that of starts, else that of ids. */
export type Query = {
  readonly status?: string
  readonly entry?: string
  readonly attributes?: readonly Attribute[]
  /** Started at this time or later. */
  readonly startedFromMs?: number
  /** Started before. */
  readonly startedUntilMs?: number
  /** Behind which place, as `placeOf` gives it. */
  readonly after?: string
  readonly limit: number
}

/** Whether the answer is in the order of starts. */
export const isByStart = ({ startedFromMs, startedUntilMs }: Query): boolean => startedFromMs !== undefined || startedUntilMs !== undefined

/** Where a workflow stands in the answer. */
export const placeOf = (query: Query, { id, traits }: Findable): string => (isByStart(query) ? `${traits.startedMs} ${id}` : id)

/** The start and id behind which an answer in the order of starts goes on. */
export const behind = ({ after = '', startedFromMs = 0 }: Query): { readonly startedMs: number; readonly id: string } => {
  const space = after.indexOf(' ')
  const startedMs = Number(after.slice(0, Math.max(space, 0)))
  return space > 0 && startedMs >= startedFromMs ? { startedMs, id: after.slice(space + 1) } : { startedMs: startedFromMs, id: '' }
}

/** Whether a workflow is what is looked for. */
export const isWanted = ({ status, entry, attributes = [], startedFromMs, startedUntilMs }: Query, one: Findable): boolean =>
  (status === undefined || one.status === status) &&
  (entry === undefined || one.traits.entry === entry) &&
  (startedFromMs === undefined || one.traits.startedMs >= startedFromMs) &&
  (startedUntilMs === undefined || one.traits.startedMs < startedUntilMs) &&
  attributes.every(([name, value]) => one.traits.attributes.some((own) => own[0] === name && own[1] === value))
