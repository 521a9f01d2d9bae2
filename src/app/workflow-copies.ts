// Workflows that begin where others were, and those that come as files.

import { randomUUID } from 'node:crypto'
import type { Workflows } from '../service/workflows.ts'
import { archiveFrom, unpackInto } from '../workflow/archive.ts'
import { fork, transplant } from '../workflow/copy.ts'
import type { Engine } from '../workflow/engine.ts'
import { MemoryEngine } from '../workflow/memory.ts'
import { needWorkflow, recordIn } from './workflow-view.ts'
import { workshopOn } from './workshop.ts'

export type Forked = { readonly id: string; readonly from: string; readonly record: number; readonly status: string }

/** Starts a workflow from a record of another one. Throws WORKFLOW_NOT_FOUND, WORKFLOW_RECORD, WORKFLOW_FORK, WORKFLOW_EXISTS, WORKFLOW_ID. */
export const forkOne = async (
  { engine, interventions }: Workflows,
  { of, record, id = randomUUID(), nowMs }: { readonly of: string; readonly record: unknown; readonly id?: string; readonly nowMs: number },
): Promise<Forked> => {
  const head = await needWorkflow(engine, of)
  const seq = recordIn(head.id, record, head.seq)
  const copy = await fork(workshopOn(engine), head, { seq, id, nowMs })
  await interventions.adopt(copy)
  return { id, from: head.id, record: seq, status: copy.effects.status }
}

export type Imported = Pick<Forked, 'id' | 'from' | 'status'> & { readonly entry: string; readonly host: string; readonly records: number }

/** Takes in what was exported; `name` is what the file is called. Throws what is wrong with it, WORKFLOW_EXISTS, WORKFLOW_ID. */
export const importOne = async (
  { interventions }: Workflows,
  { file, name, id, nowMs }: { readonly file: Uint8Array; readonly name: string; readonly id?: string; readonly nowMs: number },
): Promise<Imported> => {
  const archive = archiveFrom(file, name)
  const copy = await transplant(archive, id ?? archive.id, nowMs, workshopOn)
  await interventions.adopt(copy)
  const { entry, host } = archive.card
  return { id: copy.id, from: archive.id, status: copy.effects.status, entry, host, records: copy.records.length }
}

/** What was exported, in an engine of its own. Throws what is wrong with the file. */
export const openFile = async (
  file: Uint8Array,
  name: string,
): Promise<{ readonly id: string; readonly entry: string; readonly engine: Engine }> => {
  const archive = archiveFrom(file, name)
  const engine = new MemoryEngine()
  await unpackInto(engine, archive)
  return { id: archive.id, entry: archive.card.entry, engine }
}
