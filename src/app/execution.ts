// What can be run in a node by name, and how it comes out.

import type { Exit } from '../kernel/exit.ts'
import { decodeAll, encodeAll } from '../msgpack.ts'
import { type Entry, isFields } from '../registry/entry.ts'
import { codeOf, errorOf } from '../service/outcome.ts'
import type { Terminal } from '../service/service.ts'
import type { Parts } from './parts.ts'

/** An entry with `meta.command`: what `wippy run NAME` starts. */
export type Command = {
  readonly name: string
  readonly short: string
  readonly entry: string
  readonly main: boolean
  readonly useCase: string
}

export type ExecuteOptions = {
  readonly host?: string
  readonly terminal: Terminal
  /** Hears that it was ended by force: what comes out of it is not its own word. */
  readonly forced?: () => void
  /** Hears of a workflow: its id, and what it returned. */
  readonly workflow?: { began(id: string): void; returned(value: unknown): void }
}

export type Execution = {
  commands(): readonly Command[]
  /** See `Node.execute`. */
  execute(entry: string, args: readonly string[], options: ExecuteOptions): Promise<number>
}

type ExecutionOptions = Pick<Parts, 'registry' | 'launcher' | 'scheduler' | 'authority' | 'log'>

export const execution = ({ registry, launcher, scheduler, authority, log }: ExecutionOptions): Execution => {
  const commands = (): Command[] =>
    [...registry.snapshot().entries()].flatMap((entry: Entry) => {
      const { command } = entry.meta
      if (!isFields(command) || typeof command.name !== 'string') return []
      const { name, short, main, use_case: useCase } = command
      return { name, short: String(short ?? ''), entry: entry.id, main: main === true, useCase: String(useCase ?? 'run') }
    })

  const codeSaid = (entry: string, exit: Exit): number => {
    if (!exit.ok) {
      const error = errorOf(exit)
      log.record('error', entry, error.text, error.frame ? { stack: error.frame } : undefined)
    }
    return codeOf(exit)
  }

  const execute: Execution['execute'] = async (entry, args, { host, terminal, workflow, forced }) => {
    const known = registry.get(entry)
    const durable = known && launcher.durableFor(known)
    if (known && durable) {
      const { id, ended } = await durable.launch(known, host, encodeAll(args))
      workflow?.began(id)
      const exit = await ended
      if (exit.ok) workflow?.returned(decodeAll(exit.payload)[0])
      return codeSaid(entry, exit)
    }
    const spawned = launcher.spawn({
      entry,
      host: host ?? launcher.only('terminal.host').id,
      args: encodeAll(args),
      context: known === undefined ? authority.operator : authority.ofCommand(known),
      attachment: { terminal },
    })
    const exit = await new Promise<Exit>((resolve) => scheduler.onExit(spawned.pid, resolve))
    if (exit.error?.code === 'PROCESS_TERMINATED') forced?.()
    return codeSaid(entry, exit)
  }

  return { commands, execute }
}
