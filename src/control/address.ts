// Where the node of a state folder can be reached: a note in the folder, made whole or not at all. Whoever has the seat there writes it: seat.ts.
//
// The socket's name has the process id in it, so that what a node left behind when it was killed is in nobody's way.

import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const NOTE = 'control.json'
const LEFT = /^control-(\d+)\.sock$|^control\.json\.(\d+)$/
const PHASES: readonly Phase[] = ['starting', 'ready', 'stopping', 'command']
const LONGEST = 100 // bytes of a socket's path: systems take 104 to 108

/** What whoever wrote it does: a node that starts, can be reached, or stops; or a command that changes what is stored. */
export type Phase = 'starting' | 'ready' | 'stopping' | 'command'
/** `command`: what it was started as, without arguments; empty and missing when nobody said. */
export type Note = { readonly pid: number; readonly phase: Phase; readonly path: string; readonly command?: string }

/** The socket of this process for a state folder. */
export const socketPath = (folder: string): string => {
  if (process.platform === 'win32') return `\\\\.\\pipe\\wippy-${process.pid}`
  const path = join(folder, `control-${process.pid}.sock`)
  return Buffer.byteLength(path) <= LONGEST ? path : join(tmpdir(), `wippy-control-${process.pid}.sock`)
}

/** What the note in a state folder says; null when there is none, or none that can be read. */
export const readNote = (folder: string): Note | null => {
  try {
    const { pid, phase, path, command = '' } = JSON.parse(readFileSync(join(folder, NOTE), 'utf8'))
    const isNote = Number.isSafeInteger(pid) && PHASES.includes(phase) && typeof path === 'string' && typeof command === 'string'
    return isNote ? { pid, phase, path, command } : null
  } catch {
    return null // none, or none that can be read: both mean that nobody can be reached
  }
}

/** Puts a note in the place of the one before, as a whole. Throws what the system throws. */
export const writeNote = (folder: string, note: Note): void => {
  const next = join(folder, `${NOTE}.${note.pid}`)
  try {
    writeFileSync(next, `${JSON.stringify(note)}\n`, { mode: 0o600 })
    renameSync(next, join(folder, NOTE))
  } catch (error) {
    rmSync(next, { force: true })
    throw error
  }
}

/** Takes the note away, if there is one. */
export const removeNote = (folder: string): void => rmSync(join(folder, NOTE), { force: true })

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Removes what nodes left behind that were killed. */
export const tidy = (folder: string): void => {
  for (const name of readdirSync(folder)) {
    const [, socket, note] = LEFT.exec(name) ?? []
    const pid = Number(socket ?? note ?? process.pid)
    if (pid !== process.pid && !isAlive(pid)) rmSync(join(folder, name), { force: true })
  }
  rmSync(socketPath(folder), { force: true })
}
