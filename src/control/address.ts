// Where the node of a state folder can be reached: a note in the folder, made whole or not at all.
//
// The socket's name has the process id in it, so that what a node left behind when it was killed is in nobody's way.

import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Kind, WippyError } from '../error.ts'

const NOTE = 'control.json'
const SOCKET = /^control-(\d+)\.sock$/
const LONGEST = 100 // bytes of a socket's path: systems take 104 to 108

export type Note = { readonly pid: number; readonly path: string }

/** The socket of this process for a state folder. */
export const socketPath = (folder: string): string => {
  if (process.platform === 'win32') return `\\\\.\\pipe\\wippy-${process.pid}`
  const path = join(folder, `control-${process.pid}.sock`)
  return Buffer.byteLength(path) <= LONGEST ? path : join(tmpdir(), `wippy-control-${process.pid}.sock`)
}

export const readNote = (folder: string): Note | null => {
  try {
    const { pid, path } = JSON.parse(readFileSync(join(folder, NOTE), 'utf8'))
    return Number.isSafeInteger(pid) && typeof path === 'string' ? { pid, path } : null
  } catch {
    return null // none, or none that can be read: both mean that nobody can be reached
  }
}

export const writeNote = (folder: string, note: Note): void => {
  const next = join(folder, `${NOTE}.${note.pid}`)
  writeFileSync(next, `${JSON.stringify(note)}\n`, { mode: 0o600 })
  renameSync(next, join(folder, NOTE))
}

/** Takes back the note of this process, unless another node has written one since. */
export const removeNote = (folder: string): void => {
  if (readNote(folder)?.pid === process.pid) rmSync(join(folder, NOTE), { force: true })
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Whether somebody answers at a socket. */
const answers = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection(path)
    const end = (is: boolean) => () => {
      socket.destroy()
      resolve(is)
    }
    socket.once('connect', end(true)).once('error', end(false))
  })

/** Makes the folder ready for a node of this process: sockets of nodes that are gone are removed. Throws CONTROL_TAKEN while another lives. */
export const prepareFolder = async (folder: string): Promise<void> => {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const note = readNote(folder)
  if (note !== null && note.pid !== process.pid && (await answers(note.path))) {
    throw new WippyError('CONTROL_TAKEN', Kind.AlreadyExists, `process ${note.pid} is the node that commands reach here`, {
      where: { file: folder },
      hint: 'Commands like "wippy ps" show that one, and not this.',
    })
  }
  for (const name of readdirSync(folder)) {
    const pid = Number(SOCKET.exec(name)?.[1] ?? process.pid)
    if (pid !== process.pid && !isAlive(pid)) rmSync(join(folder, name), { force: true })
  }
  rmSync(socketPath(folder), { force: true })
}
