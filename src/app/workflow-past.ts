// What takes a workflow's code to be told: whether it does what it did, where it stood, what it answers; and a workflow as a file.

import { loadConfig } from '../config.ts'
import { Kind, WippyError } from '../error.ts'
import type { Frame, Standing } from '../kernel/body.ts'
import { FrameCursor } from '../kernel/frame.ts'
import { encodeAll } from '../msgpack.ts'
import type { Entry } from '../registry/entry.ts'
import { SourceTree } from '../registry/source-tree.ts'
import { programOf } from '../service/program.ts'
import { storedProgram } from '../service/stored-start.ts'
import { didYouMean } from '../suggest.ts'
import { archiveOf, archiveToBytes } from '../workflow/archive.ts'
import type { Engine } from '../workflow/engine.ts'
import { inquire } from '../workflow/inquiry.ts'
import { framesOf, labelOf } from '../workflow/ledger.ts'
import { rebuild } from '../workflow/rebuild.ts'
import { parse } from '../workflow/record.ts'
import { type Rehearsal, rehearse } from '../workflow/rehearsal.ts'
import { type Asked, needWorkflow, plain, recordIn, timeText } from './workflow-view.ts'
import { workshopOn } from './workshop.ts'

type Spot = Pick<Frame, 'file' | 'line' | 'defined'>
const spotOf = ({ file, line, defined }: Frame): Spot => ({ file, line, defined })

export type Replayed = Pick<Rehearsal, 'from' | 'steps' | 'fuel'> & {
  readonly id: string
  readonly entry: string
  readonly same: boolean
  /** `stands`: the calls that do otherwise, the innermost first; `stood`: those that did what is written. */
  readonly difference: {
    readonly record: number
    readonly was: string
    readonly is: string
    readonly stands: readonly Spot[]
    readonly stood: readonly Spot[]
  } | null
}

/** `code`: another program, as `programIn` gives it. */
export const replay = async (engine: Engine, { id, code }: Asked): Promise<Replayed> => {
  const head = await needWorkflow(engine, id)
  const { difference, ...rest } = await rehearse(workshopOn(engine), head, code instanceof Uint8Array ? code : undefined)
  const told = difference && { ...difference, stands: difference.stands.map(spotOf), stood: difference.stood.map(spotOf) }
  return { id: head.id, entry: head.traits.entry, same: difference === null, ...rest, difference: told }
}

/** The program of an entry as an app's files say it now. Throws CONFIG_NOT_FOUND, ENTRY_NOT_FOUND, and what is wrong with the entry. */
export const programIn = async (directory: string, id: string): Promise<Uint8Array> => {
  const { config } = await loadConfig(directory)
  const { entries, problems } = new SourceTree(config).baseline
  const byId = new Map(entries.map((entry): [string, Entry] => [entry.id, entry]))
  const entry = byId.get(id)
  const wrong = problems.find(({ where }) => where?.entry === id)
  if (wrong) throw wrong
  if (entry === undefined) {
    const hint = didYouMean(id, byId.keys(), 'Name the entry that does its work now: --entry namespace:name')
    throw new WippyError('ENTRY_NOT_FOUND', Kind.NotFound, `there is no entry "${id}" in ${directory}`, { retryable: false, hint })
  }
  return storedProgram(programOf(entry, (wanted) => byId.get(wanted))).bytes
}

export type StateShown = Standing & {
  readonly id: string
  readonly entry: string
  readonly record: number
  readonly records: number
  readonly time: string
  /** What it waits for: asks and sends without an answer, by tag. */
  readonly open: readonly { readonly tag: number; readonly op: string; readonly target: string; readonly due: string | null }[]
}

/** How it was behind a record. */
export const state = async (engine: Engine, { id, at }: Asked): Promise<StateShown> => {
  const head = await needWorkflow(engine, id)
  const record = recordIn(head.id, at, head.seq)
  const { body, ledger } = await rebuild(workshopOn(engine), head, { seq: record })
  try {
    const [bytes] = await engine.read(head.id, record, 1)
    const { nowMs } = parse(bytes!, `record ${record} of workflow "${head.id}"`)
    const due = new Map(ledger.due().map(({ tag, dueMs }) => [tag, timeText(dueMs)]))
    const open = [...ledger.open].map(([tag, { op, frame }]) => ({ tag, op, target: targetOf(op, frame), due: due.get(tag) ?? null }))
    const about = { id: head.id, entry: head.traits.entry, record, records: head.seq, time: timeText(nowMs), open }
    return { ...about, ...body.standing() }
  } finally {
    body.close()
  }
}

const targetOf = (op: string, bytes: Uint8Array): string => {
  const frame = new FrameCursor().over(framesOf(bytes))
  if (!frame.next()) return ''
  const [name, topic] = labelOf(frame)
  return op === 'send' ? name : topic
}

export type Answered = { readonly id: string; readonly query: string; readonly value: unknown }

/** What its code answers to a query, now or behind a record. */
export const query = async (engine: Engine, asked: Asked): Promise<Answered> => {
  const head = await needWorkflow(engine, asked.id)
  const name = String(asked.name ?? '')
  const args = encodeAll('input' in asked ? [asked.input] : [])
  const seq = asked.at === undefined ? head.seq : recordIn(head.id, asked.at, head.seq)
  const value = await inquire(workshopOn(engine), head, { name, args, nowMs: Date.now(), seq })
  return { id: head.id, query: name, value: plain(value) }
}

export type Exported = { readonly id: string; readonly records: number; readonly status: string; readonly file: Uint8Array }

/** It as a file. */
export const exported = async (engine: Engine, { id }: Asked): Promise<Exported> => {
  const archive = await archiveOf(engine, await needWorkflow(engine, id))
  return { id: archive.id, records: archive.records.length, status: archive.status, file: archiveToBytes(archive) }
}
