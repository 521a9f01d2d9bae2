// Standard output and error that cannot be written: nobody reads any more, the terminal was closed, the disk is full.
//
// A command that answers once has done what it does, whoever reads it. One that goes on ends when nobody reads; `onUnwritable` says how.

import { describe } from '../error.ts'
import { Exit } from './exit.ts'
import { refusalOf } from './refusal.ts'

/** The exit code of a program that wrote to nobody: what a shell says of SIGPIPE. */
export const UNREAD = 141

const GONE: ReadonlySet<string | undefined> = new Set(['EPIPE', 'EIO', 'ERR_STREAM_DESTROYED'])
const isListenedTo = new WeakSet<NodeJS.WriteStream>()

let unwritable = (code: number): void => {
  if (code !== UNREAD) process.exit(code)
}

/** What is done from now on when standard output cannot be written. `act` gets UNREAD, or 1 when the system refuses for another reason, which was said. */
export const onUnwritable = (act: (code: number) => void): void => {
  unwritable = act
}

/** For a command that does nothing but write, until it is told to end: it ends when nobody reads. */
export const endWhenUnread = (): void => onUnwritable((code) => process.exit(code === UNREAD ? 0 : code))

/** Standard error. Of what cannot be written there nobody can be told. */
export const standardError = (): NodeJS.WriteStream => {
  const { stderr } = process
  if (!isListenedTo.has(stderr)) stderr.on('error', () => {})
  isListenedTo.add(stderr)
  return stderr
}

/** Listens to what becomes of standard output. */
export const watchOutput = (): void => {
  let isSaid = false
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (GONE.has(error.code)) return unwritable(UNREAD)
    const refused = refusalOf(error, 'standard output')
    if (!isSaid) standardError().write(`${refused ? describe(refused) : `standard output: ${error.message}`}\n`)
    isSaid = true
    unwritable(Exit.failed)
  })
}
