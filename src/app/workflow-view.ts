// Workflows as they are looked at: a list, one of them, its journal. Reads what an engine holds, of a node that runs or of a folder without one.

import { Kind, WippyError } from '../error.ts'
import { decodeAll } from '../msgpack.ts'
import { isFields } from '../registry/entry.ts'
import { nearest } from '../suggest.ts'
import { cardOf } from '../workflow/card.ts'
import { type Engine, type Head, hasEnded, MOST_MAIL } from '../workflow/engine.ts'
import { type Attribute, placeOf, type Query } from '../workflow/query.ts'
import { originOf, type Parsed, type Position, parse, parseChain, positionOf } from '../workflow/record.ts'
import { Story, type StoryEvent, type Told } from '../workflow/story.ts'
import { type StoredPlace, withStoredEngine } from './stored-workflows.ts'

const PAGE = 500 // records read at once
const MOST = 10_000 // workflows of one list, records of one stretch
const MOST_BYTES = 4 * 1024 ** 2 // of records in one stretch
const SHOWN = 200 // records of a timeline: the last ones
const LOOKED_AT = 10_000 // ids that may have been meant

export type Row = {
  readonly id: string
  readonly status: string
  readonly entry: string
  readonly host: string
  readonly parent: string | null
  readonly records: number
  readonly started: string
  readonly ended: string | null
  /** What it can be found by. */
  readonly search: Readonly<Record<string, unknown>>
}
/** `next`: from where to go on; null when there is no more. */
export type WorkflowList = { readonly workflows: readonly Row[]; readonly next: string | null }

export type PlainEvent = Partial<StoryEvent> & Pick<StoryEvent, 'event'>
export type PlainRecord = Omit<Told, 'timeMs' | 'events'> & { readonly time: string; readonly events: readonly PlainEvent[] }
export type Journal = { readonly id: string; readonly records: readonly PlainRecord[]; readonly next: number | null }

export type Problem = { readonly code: string; readonly message: string; readonly at: string; readonly hint: string | null }

export type WorkflowShown = Row & {
  readonly code: string
  readonly memo: Readonly<Record<string, unknown>>
  /** What waits for it. */
  readonly waiting: { readonly mail: number; readonly timers: number; readonly next: string | null }
  /** What it returned, of one that completed; else, of one that has ended, what it ended with. */
  readonly result?: unknown
  readonly error?: unknown
  /** Why it does not go on, of one that does not: known to the node that tried. */
  readonly problem?: Problem
  /** The last records of its journal, and how many come before them. */
  readonly timeline: readonly PlainRecord[]
  readonly omitted: number
}

export type Asked = Readonly<Record<string, unknown>>

export const timeText = (ms: number): string => new Date(ms).toISOString()

/** A value with its errors as fields. */
export const plain = (value: unknown): unknown => {
  if (value instanceof WippyError) {
    const { kind, text, retryable, details, frame } = value
    return { kind, message: text, retryable, details: plain(details), frame }
  }
  if (Array.isArray(value)) return value.map(plain)
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [plain(key), plain(item)]))
  return isFields(value) ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)])) : value
}

const rowOf = ({ id, status, seq, card }: Head): Row => {
  const { entry, host, parent, startedMs, endedMs, search } = cardOf(card)
  const ended = endedMs === null ? null : timeText(endedMs)
  return { id, status, entry, host, parent, records: seq, started: timeText(startedMs), ended, search }
}

const plainEvent = (event: StoryEvent): PlainEvent =>
  Object.fromEntries(
    Object.entries({ ...event, values: event.values && plain(event.values) }).filter(([, value]) => value !== '' && value !== 0),
  ) as PlainEvent

const plainRecord = ({ timeMs, events, ...rest }: Told): PlainRecord => ({
  ...rest,
  time: timeText(timeMs),
  events: events.map(plainEvent),
})

const numberIn = (value: unknown, otherwise: number): number =>
  Number.isSafeInteger(value) && (value as number) >= 1 ? (value as number) : otherwise

/** The head of a workflow. Throws WORKFLOW_NOT_FOUND, which names the one that may have been meant. */
export const needWorkflow = async (engine: Engine, id: unknown): Promise<Head> => {
  const word = String(id ?? '')
  const head = word === '' ? null : await engine.head(word)
  if (head) return head
  const known = (await engine.list({ limit: LOOKED_AT })).map((one) => one.id)
  const meant = nearest(word, known)
  const listed = known.length === 0 ? 'None was started here.' : '"wippy workflow list" shows those there are.'
  throw new WippyError('WORKFLOW_NOT_FOUND', Kind.NotFound, `there is no workflow "${word}"`, {
    retryable: false,
    details: { id: word },
    hint: meant === null ? listed : `Did you mean "${meant}"?`,
  })
}

/** The head of a workflow that has not ended. Throws WORKFLOW_NOT_FOUND, WORKFLOW_ENDED. */
export const needRunning = async (engine: Engine, id: unknown): Promise<Head> => {
  const head = await needWorkflow(engine, id)
  if (!hasEnded(head.status)) return head
  throw new WippyError('WORKFLOW_ENDED', Kind.Conflict, `workflow "${head.id}" has ended: it is ${head.status}`, {
    retryable: false,
    details: { id: head.id, status: head.status },
    hint: `"wippy workflow show ${head.id}" says what it ended with.`,
  })
}

/** A record's number among `last`. Throws WORKFLOW_RECORD. */
export const recordIn = (id: string, value: unknown, last: number): number => {
  if (Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= last) return value as number
  throw new WippyError('WORKFLOW_RECORD', Kind.Invalid, `workflow "${id}" has no record ${String(value)}: it has records 1 to ${last}`, {
    retryable: false,
    hint: `"wippy workflow journal ${id}" shows them.`,
  })
}

const timeIn = (name: string, value: unknown): number | undefined => {
  if (value === undefined) return undefined
  const ms = Date.parse(String(value))
  if (!Number.isNaN(ms)) return ms
  throw new WippyError('WORKFLOW_TIME', Kind.Invalid, `${name} is no time: ${String(value)}`, { hint: 'For example 2026-11-26T03:00:00Z.' })
}

const pairIn = (text: unknown): Attribute => {
  const at = typeof text === 'string' ? text.indexOf('=') : -1
  if (at > 0) return [(text as string).slice(0, at), (text as string).slice(at + 1)]
  throw new WippyError('WORKFLOW_WHERE', Kind.Invalid, `"${String(text)}" is no attribute`, { hint: 'Write key=value.' })
}

/** What is looked for. Throws WORKFLOW_TIME, WORKFLOW_WHERE. */
const queryOf = ({ status, entry, where, since, until, after, limit }: Asked): Query => {
  const [startedFromMs, startedUntilMs] = [timeIn('since', since), timeIn('until', until)]
  const attributes = Array.isArray(where) ? where.map(pairIn) : []
  return {
    limit: Math.min(numberIn(limit, MOST), MOST),
    ...(typeof status === 'string' && { status }),
    ...(typeof entry === 'string' && { entry }),
    ...(attributes.length > 0 && { attributes }),
    ...(startedFromMs !== undefined && { startedFromMs }),
    ...(startedUntilMs !== undefined && { startedUntilMs }),
    ...(typeof after === 'string' && { after }),
  }
}

const list = async (engine: Engine, asked: Asked): Promise<WorkflowList> => {
  const query = queryOf(asked)
  const heads = await engine.list({ ...query, limit: query.limit + 1 })
  const shown = heads.slice(0, query.limit)
  return { workflows: shown.map(rowOf), next: heads.length > query.limit ? placeOf(query, shown.at(-1)!) : null }
}

/** Records `from` … `to`, read in pages, each checked against the one before it. */
async function* recordsOf(engine: Engine, id: string, from: number, to: number): AsyncGenerator<Parsed> {
  const [before] = await engine.read(id, Math.max(from - 1, 1), 1)
  if (before === undefined) return
  let last: Position =
    from > 1 && positionOf(before).seq === from - 1 ? parse(before, `record ${from - 1} of workflow "${id}"`) : originOf(id, before)
  while (last.seq < to) {
    const page = parseChain(id, last, await engine.read(id, last.seq + 1, Math.min(PAGE, to - last.seq)))
    if (page.length === 0) return
    yield* page
    last = page.at(-1)!
  }
}

const outcomeOf = ({ status, card }: Head): { result?: unknown; error?: unknown } => {
  const bytes = cardOf(card).result
  if (bytes === null) return {}
  const [value, error] = decodeAll(bytes)
  return status === 'completed' ? { result: plain(value ?? null) } : { error: plain(error ?? null) }
}

const show = async (engine: Engine, { id }: Asked): Promise<WorkflowShown> => {
  const head = await needWorkflow(engine, id)
  const { code, memo } = cardOf(head.card)
  const timers = await engine.timers(head.id)
  const mail = await engine.mail(head.id, 0, MOST_MAIL)
  const story = new Story()
  let told: Told[] = []
  for await (const record of recordsOf(engine, head.id, 1, head.seq)) {
    told.push(story.tell(record))
    if (told.length === 2 * SHOWN) told = told.slice(-SHOWN)
  }
  const timeline = told.slice(-SHOWN)
  return {
    ...rowOf(head),
    ...{ code, memo },
    waiting: { mail: mail.length, timers: timers.length, next: timers[0] ? timeText(timers[0].dueMs) : null },
    ...outcomeOf(head),
    timeline: timeline.map(plainRecord),
    omitted: head.seq - timeline.length,
  }
}

const journal = async (engine: Engine, { id, from, limit }: Asked): Promise<Journal> => {
  const head = await needWorkflow(engine, id)
  const first = numberIn(from, 1)
  const last = Math.min(head.seq, first + Math.min(numberIn(limit, MOST), MOST) - 1)
  const story = new Story()
  const records: PlainRecord[] = []
  let bytes = 0
  for await (const record of recordsOf(engine, head.id, first, last)) {
    if (bytes > MOST_BYTES) return { id: head.id, records, next: record.seq }
    records.push(plainRecord(story.tell(record)))
    bytes += record.input.length + record.output.length
  }
  return { id: head.id, records, next: last < head.seq ? last + 1 : null }
}

/** What can be looked at, by the name of the command. */
export const views = {
  list,
  show,
  journal,
  // these load the machine that runs Lua
  replay: async (engine: Engine, asked: Asked): Promise<unknown> => (await import('./workflow-past.ts')).replay(engine, asked),
  state: async (engine: Engine, asked: Asked): Promise<unknown> => (await import('./workflow-past.ts')).state(engine, asked),
  query: async (engine: Engine, asked: Asked): Promise<unknown> => (await import('./workflow-past.ts')).query(engine, asked),
  export: async (engine: Engine, asked: Asked): Promise<unknown> => (await import('./workflow-past.ts')).exported(engine, asked),
}
export type View = keyof typeof views

/** Looks at what is stored; a node that runs is not disturbed. */
export const viewStored = (place: StoredPlace, view: View, asked: Asked): Promise<unknown> =>
  withStoredEngine<unknown>(place, (engine) => views[view](engine, asked))
