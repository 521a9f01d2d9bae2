// A server that a test runs itself: a program of the system, on a free port, in a fresh directory, both gone when the test's process is gone.
//
// A shell holds it and waits for the end of its input, so it does not outlive the test even when that is killed. Where the test runs
// as root and the program refuses to, it runs as a user of its own.

import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createConnection, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const PATIENCE_MS = 60_000 // until a server listens
const [FIRST_PORT, LAST_PORT] = [20_000, 32_000] // below those that Linux (from 32768) and macOS (from 49152) give out by themselves
const LOG_LENGTH = 4096 // characters of what it said last
const HOLD = `exec 3<&0; stop=$1; shift; "$@" >&2 & server=$!; echo $server
(cat <&3 >/dev/null; kill -s "$stop" $server) >/dev/null 2>&1 & wait $server; kill $! 2>/dev/null; [ -e keep ] || { cd / && rm -rf "$OLDPWD"; }`

export type User = { readonly uid: number; readonly gid: number }

/** Whom a server runs as: the user of that name when the test is root, else nobody else. */
export const userFor = (name: string): User | undefined => {
  if (process.getuid?.() !== 0) return undefined
  const id = (flag: string) => Number(execFileSync('id', [flag, name], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

/** A fresh directory that belongs to `user`. */
export const directoryFor = (user: User | undefined): string => {
  const directory = mkdtempSync(join(tmpdir(), 'wippy-server-'))
  if (user) chownSync(directory, user.uid, user.gid)
  return directory
}

/** Whether nobody listens on a port of this machine. */
const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', (error: NodeJS.ErrnoException) => (error.code === 'EADDRINUSE' ? resolve(false) : reject(error)))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })

/** A port of this machine that nobody has, and that no connection is given by chance before somebody listens there. */
export const freePort = async (): Promise<number> => {
  for (;;) {
    const port = randomInt(FIRST_PORT, LAST_PORT)
    if (await isFree(port)) return port
  }
}

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port })
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })

export type ServerOptions = {
  readonly program: string
  readonly args: readonly string[]
  readonly directory: string
  readonly port: number
  readonly user: User | undefined
  /** The signal that ends it at once and in order. */
  readonly stopSignal: 'QUIT' | 'TERM'
  /** Whether it takes work; asked again and again once it listens. */
  ready(): Promise<boolean>
}

export class ServerProgram {
  readonly port: number
  readonly pid: number
  readonly #holder: ChildProcessWithoutNullStreams
  readonly #ended: Promise<void>
  readonly #directory: string

  private constructor(port: number, directory: string, pid: number, holder: ChildProcessWithoutNullStreams, ended: Promise<void>) {
    this.port = port
    this.#directory = directory
    this.pid = pid
    this.#holder = holder
    this.#ended = ended
  }

  /** What keeps the test's process from ending. */
  get #handles(): { ref(): void; unref(): void }[] {
    const { stdin, stdout, stderr } = this.#holder
    return [this.#holder, ...([stdin, stdout, stderr] as unknown as Socket[])]
  }

  /** Resolves when the server takes work; rejects with its log when it does not in time. */
  static async start({ program, args, directory, port, user, stopSignal, ready }: ServerOptions): Promise<ServerProgram> {
    const holder = spawn('sh', ['-c', HOLD, 'sh', stopSignal, program, ...args], { cwd: directory, ...user })
    let log = ''
    holder.stderr.on('data', (text) => {
      log = (log + text).slice(-LOG_LENGTH)
    })
    let gone = false
    const ended = new Promise<void>((resolve) => holder.once('close', () => resolve())).then(() => {
      gone = true
    })
    const pid = await new Promise<number>((resolve) => holder.stdout.once('data', (line) => resolve(Number(line))))
    const server = new ServerProgram(port, directory, pid, holder, ended)
    for (const late = Date.now() + PATIENCE_MS; !((await listens(port)) && (await ready())); ) {
      if (!gone && Date.now() < late) await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 20))])
      else {
        await server.stop()
        throw new Error(`${program} did not start:\n${log}`)
      }
    }
    for (const handle of server.#handles) handle.unref()
    return server
  }

  /** Ends it as a crash would: no goodbye to anybody. */
  kill(): void {
    process.kill(this.pid, 'SIGKILL')
  }

  /** Resolves when it is gone, and its directory is as it was left. */
  async stopKeeping(): Promise<void> {
    const keep = join(this.#directory, 'keep')
    writeFileSync(keep, '')
    await this.stop()
    rmSync(keep)
  }

  /** Resolves when it is gone. */
  async stop(): Promise<void> {
    for (const handle of this.#handles) handle.ref() // it is gone when its output is closed, too
    this.#holder.stdin.end()
    await this.#ended
  }
}
