// A command's side of the control endpoint. Loads nothing of the runtime: a command that only looks must be quick.

import { createConnection, type NetConnectOpts, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { Kind, WippyError } from '../error.ts'
import { checkReadable } from '../lmdb/fault.ts'
import { type Note, readNote } from './address.ts'
import { FrameReader, framed } from './frames.ts'
import { ANSWER_BYTES, type Answer, type Arguments, decodeAnswer, encodeRequest, REQUEST_BYTES } from './protocol.ts'

const PATIENCE_MS = 10_000 // without a word; a node at work gives one every two seconds. The same for one that starts or stops
const LOOK_MS = 20

/** Where a node is: its state folder, or an address with a token. */
export type Place = { readonly folder: string } | { readonly host: string; readonly port: number; readonly token: string }

type Pending = { readonly take: (answer: Answer) => void; readonly fail: (error: WippyError) => void }

const noNode = (place: Place): WippyError => {
  const where = 'folder' in place ? `in ${place.folder}` : `at ${place.host}:${place.port}`
  return new WippyError('NO_NODE', Kind.Unavailable, `no node can be reached ${where}`, {
    hint: 'Start one with "wippy run", or say where it runs: -C directory, --state folder, --to host:port.',
    retryable: true,
  })
}

const unready = (folder: string, note: Note | null): WippyError => {
  const [who, end] = note === null ? ['another wippy', ''] : [`process ${note.pid}`, `; if it hangs, "kill ${note.pid}" ends it`]
  const does = note?.phase === 'stopping' ? 'is stopping' : 'has not started yet'
  return new WippyError('NODE_UNREADY', Kind.Unavailable, `the node here (${who}) ${does}, and cannot be reached`, {
    where: { file: folder },
    hint: `Try again in a moment${end}.`,
    retryable: true,
  })
}

/** A connection, or null when nobody takes it. */
const connected = (to: NetConnectOpts): Promise<Socket | null> =>
  new Promise((resolve) => {
    const socket = createConnection(to)
    socket.once('error', () => resolve(null))
    socket.once('connect', () => resolve(socket))
  })

/** To the node of a folder: at once to one that can be reached; one that starts is waited for, and one that stops until it is gone. */
const local = async (folder: string): Promise<{ readonly socket: Socket; readonly pid: number | undefined }> => {
  for (const late = performance.now() + PATIENCE_MS; ; await pause(LOOK_MS)) {
    const note = readNote(folder)
    const socket = note?.path ? await connected({ path: note.path }) : null
    if (socket !== null) return { socket, pid: note?.pid }
    const { isTaken } = await import('./seat.ts')
    checkReadable(folder)
    if (note?.phase === 'command' || !isTaken(folder)) throw noNode({ folder })
    if (performance.now() > late) throw unready(folder, note)
  }
}

const gone = (): WippyError =>
  new WippyError('NODE_GONE', Kind.Unavailable, 'the node has closed the connection', {
    hint: 'It has stopped. Whether it did what was asked is not known: "wippy registry history" shows each change.',
  })

const silent = (pid: number | undefined): WippyError =>
  new WippyError('NODE_SILENT', Kind.Timeout, `the node${pid === undefined ? '' : ` (process ${pid})`} does not answer`, {
    hint: `Something keeps it busy, or it hangs: look at its log, and at what its machine does${pid === undefined ? '' : `; "kill ${pid}" ends it`}.`,
    retryable: true,
  })

const tooLarge = (bytes: number): WippyError =>
  new WippyError('CONTROL_SIZE', Kind.Invalid, `this is ${bytes} bytes, and a node takes at most ${REQUEST_BYTES} at once`, {
    hint: 'Send less at once: deploy folder by folder, or put large files beside the entries.',
    retryable: false,
  })

export class Client {
  readonly #socket: Socket
  readonly #token: string
  readonly #pid: number | undefined
  readonly #reader = new FrameReader(ANSWER_BYTES)
  readonly #pending = new Map<number, Pending>()
  #ids = 0

  private constructor(socket: Socket, { token = '', pid }: { readonly token?: string; readonly pid?: number | undefined }) {
    this.#socket = socket
    this.#token = token
    this.#pid = pid
    socket.on('data', (piece) => this.#read(piece))
    socket.on('error', () => {}) // `close` follows
    socket.on('close', () => this.#failAll(gone()))
  }

  /** Throws NO_NODE, STATE_UNREADABLE, NODE_UNREADY when one takes longer than ten seconds to start or stop, and from elsewhere CONTROL_DENIED. */
  static async connect(place: Place): Promise<Client> {
    if ('folder' in place) {
      const { socket, pid } = await local(place.folder)
      return new Client(socket, { pid })
    }
    const { host, port, token } = place
    const socket = await connected({ host, port })
    if (socket === null) throw noNode(place)
    const client = new Client(socket, { token })
    try {
      await client.ask('hello')
      return client
    } catch (error) {
      client.close()
      throw error
    }
  }

  /**
   * Asks a verb; resolves with its answer. `item` is called for what comes before. Throws what the node says, NODE_GONE, NODE_SILENT when
   * nothing is heard for ten seconds, and CONTROL_SIZE when it is more than a request may be.
   */
  ask(verb: string, args: Arguments = {}, item: (value: unknown) => void = () => {}): Promise<unknown> {
    if (this.#socket.destroyed) return Promise.reject(gone())
    const id = ++this.#ids
    const request = encodeRequest({ id, verb, args, token: this.#token })
    if (request.length > REQUEST_BYTES) return Promise.reject(tooLarge(request.length))
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => fail(silent(this.#pid)), PATIENCE_MS)
      const fail = (error: WippyError): void => {
        clearTimeout(late)
        this.#pending.delete(id)
        reject(error)
      }
      const take = (answer: Answer): void => {
        late.refresh()
        if ('item' in answer) item(answer.item)
        else if ('error' in answer) fail(answer.error)
        else if ('value' in answer) {
          clearTimeout(late)
          this.#pending.delete(id)
          resolve(answer.value)
        }
      }
      this.#pending.set(id, { take, fail })
      this.#socket.write(framed(request))
    })
  }

  close(): void {
    this.#socket.destroy()
  }

  #read(piece: Uint8Array): void {
    try {
      for (const body of this.#reader.push(piece)) {
        const answer = decodeAnswer(body)
        if (answer.id === 0 && 'error' in answer) this.#failAll(answer.error)
        else this.#pending.get(answer.id)?.take(answer)
      }
    } catch (error) {
      this.#failAll(error as WippyError)
      this.#socket.destroy()
    }
  }

  #failAll(error: WippyError): void {
    for (const { fail } of [...this.#pending.values()]) fail(error)
  }
}
