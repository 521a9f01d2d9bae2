// A command's side of the control endpoint. Loads nothing of the runtime: a command that only looks must be quick.

import { createConnection, type Socket } from 'node:net'
import { Kind, WippyError } from '../error.ts'
import { readNote } from './address.ts'
import { FrameReader, framed } from './frames.ts'
import { ANSWER_BYTES, type Answer, type Arguments, decodeAnswer, encodeRequest, REQUEST_BYTES } from './protocol.ts'

const PATIENCE_MS = 10_000 // without a word; a node at work gives one every two seconds

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

const silent = (): WippyError => new WippyError('NODE_SILENT', Kind.Timeout, 'the node does not answer', { retryable: true })

const tooLarge = (bytes: number): WippyError =>
  new WippyError('CONTROL_SIZE', Kind.Invalid, `this is ${bytes} bytes, and a node takes at most ${REQUEST_BYTES} at once`, {
    hint: 'Send less at once: deploy folder by folder, or put large files beside the entries.',
    retryable: false,
  })

export class Client {
  readonly #socket: Socket
  readonly #token: string
  readonly #reader = new FrameReader(ANSWER_BYTES)
  readonly #pending = new Map<number, Pending>()
  #ids = 0

  private constructor(socket: Socket, token: string) {
    this.#socket = socket
    this.#token = token
    socket.on('data', (piece) => this.#read(piece))
    socket.on('error', () => {}) // `close` follows
    socket.on('close', () => this.#failAll(new WippyError('NODE_GONE', Kind.Unavailable, 'the node has closed the connection')))
  }

  /** Throws NO_NODE, and from elsewhere CONTROL_DENIED. */
  static connect(place: Place): Promise<Client> {
    const note = 'folder' in place ? readNote(place.folder) : null
    if ('folder' in place && note === null) return Promise.reject(noNode(place))
    const socket = 'folder' in place ? createConnection(note!.path) : createConnection(place.port, place.host)
    return new Promise((resolve, reject) => {
      socket.once('error', () => reject(noNode(place)))
      socket.once('connect', () => {
        const client = new Client(socket, 'folder' in place ? '' : place.token)
        if ('folder' in place) resolve(client)
        else
          client.ask('hello').then(
            () => resolve(client),
            (error) => {
              client.close()
              reject(error)
            },
          )
      })
    })
  }

  /**
   * Asks a verb; resolves with its answer. `item` is called for what comes before. Throws what the node says, NODE_GONE, NODE_SILENT when
   * nothing is heard for ten seconds, and CONTROL_SIZE when it is more than a request may be.
   */
  ask(verb: string, args: Arguments = {}, item: (value: unknown) => void = () => {}): Promise<unknown> {
    const id = ++this.#ids
    const request = encodeRequest({ id, verb, args, token: this.#token })
    if (request.length > REQUEST_BYTES) return Promise.reject(tooLarge(request.length))
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => fail(silent()), PATIENCE_MS)
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
