// The control endpoint of a running node: a socket only its user can open, and TCP when the configuration asks for it.
//
//   C1  Whoever reaches the unix socket may do everything: its permissions are the guard. Over TCP each request carries the token.
//   C2  A connection that sends what is no request, or a wrong token, is told so and closed; it reaches nothing else of the node.
//   C3  Bounded: connections, bytes of a request and of all that are being read, requests under way, and what waits to be sent: who does not
//       read the answers is not read either.
//   C4  Whoever comes over TCP has HELLO_MS to show the token: strangers who stay silent, or write a byte now and then, keep nobody out for long.

import { chmodSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import type { Node } from '../app.ts'
import { Kind, WippyError } from '../error.ts'
import { readNote, socketPath, tidy } from './address.ts'
import { FrameReader, framed } from './frames.ts'
import { ALIVE_MS, type Answer, decodeRequest, encodeAnswer, REQUEST_BYTES, type Request, STRANGER_BYTES } from './protocol.ts'
import { nameOf, type Seat, waitForSeat } from './seat.ts'
import { type Admits, SHORTEST_TOKEN, tokenCheck } from './token.ts'
import { verbNamed } from './verb.ts'

const CONNECTIONS = 64
const READING_BYTES = 256 * 1024 ** 2 // of all connections together
const UNDER_WAY = 16 // requests of one connection
const PENDING_BYTES = 4 * 1024 ** 2 // items beyond are lost
const SILENCE_MS = 30_000 // without a request
const HELLO_MS = 10_000
const LINGER_MS = 1000 // for those who are still to read something when the endpoint closes
const PRIVATE = 0o177 // umask: rw for the owner alone

export type ControlOptions = {
  /** The state folder: the socket, and the note that says where it is. */
  readonly folder: string
  /** Its seat there, when the caller has it already, and goes on having it. */
  readonly seat?: Seat | null
  /** `host:port`, with the token that requests must carry. */
  readonly tcp?: { readonly host: string; readonly port: number; readonly token: string } | null
  /** How long somebody from elsewhere may take to show the token. */
  readonly helloMs?: number
}

export type Control = {
  /** The port of the TCP side, or null. */
  readonly port: number | null
  close(): Promise<void>
}

/** Bytes of requests that are not whole yet, of all connections. */
type Reading = { bytes: number }

/** One way in: who is let in, and whether whoever gets here is trusted before saying anything. */
type Side = { readonly admits: Admits; readonly isTrusted: boolean; readonly reading: Reading; readonly helloMs: number }

class Connection {
  readonly #socket: Socket
  readonly #node: Node
  readonly #admits: Admits
  readonly #reading: Reading
  readonly #reader: FrameReader
  readonly #gone = new AbortController()
  readonly #hello: NodeJS.Timeout | null
  #underWay = 0
  #held = 0
  #isOver = false

  constructor(socket: Socket, node: Node, { admits, isTrusted, reading, helloMs }: Side) {
    this.#socket = socket
    this.#node = node
    this.#admits = admits
    this.#reading = reading
    this.#reader = new FrameReader(isTrusted ? REQUEST_BYTES : STRANGER_BYTES)
    this.#hello = isTrusted ? null : setTimeout(() => socket.destroy(), helloMs).unref()
    socket.setTimeout(SILENCE_MS, () => {
      if (this.#underWay === 0) socket.destroy()
    })
    socket.on('data', (piece) => this.#take(piece))
    socket.on('error', () => {}) // `close` follows
    socket.on('drain', () => socket.resume())
    socket.on('close', () => {
      clearTimeout(this.#hello ?? undefined)
      this.#count(0)
      this.#gone.abort()
    })
  }

  /** Notes how many bytes of a request are held. */
  #count(bytes: number): void {
    this.#reading.bytes += bytes - this.#held
    this.#held = bytes
  }

  #take(piece: Uint8Array): void {
    if (this.#isOver) return
    try {
      const bodies = this.#reader.push(piece)
      this.#count(this.#reader.held)
      if (this.#reading.bytes > READING_BYTES) throw full()
      for (const body of bodies) void this.#serve(decodeRequest(body))
    } catch (error) {
      this.#refuse(0, error as WippyError)
    }
  }

  /** What else comes is not looked at. */
  #refuse(id: number, error: WippyError): void {
    this.#isOver = true
    this.#count(0)
    this.#send({ id, error })
    this.#socket.destroySoon()
  }

  async #serve({ id, verb: name, args, token }: Request): Promise<void> {
    if (this.#isOver) return
    if (!this.#admits(token)) return this.#refuse(id, denied())
    clearTimeout(this.#hello ?? undefined)
    this.#reader.limit = REQUEST_BYTES
    this.#underWay++
    const alive = setInterval(() => this.#isSlow || this.#send({ id, alive: true }), ALIVE_MS)
    try {
      if (this.#underWay > UNDER_WAY) throw busy()
      const verb = await verbNamed(name)
      const send = (item: unknown): boolean => !this.#isSlow && this.#send({ id, item })
      this.#send({ id, value: (await verb({ node: this.#node, args, send, gone: this.#gone.signal })) ?? null })
    } catch (error) {
      if (!(error instanceof WippyError)) this.#node.parts.report(error)
      this.#send({ id, error: error instanceof WippyError ? error : broken(name) })
    } finally {
      clearInterval(alive)
      this.#underWay--
    }
  }

  /** Whether the other side does not read what it is sent. */
  get #isSlow(): boolean {
    return this.#socket.writableLength > PENDING_BYTES
  }

  #send(answer: Answer): boolean {
    if (!this.#socket.writable) return false
    this.#socket.write(framed(encodeAnswer(answer)))
    if (this.#isSlow) this.#socket.pause()
    return true
  }
}

const denied = (): WippyError =>
  new WippyError('CONTROL_DENIED', Kind.PermissionDenied, 'the token is missing or wrong', {
    hint: 'Set WIPPY_CONTROL_TOKEN to the token of the node.',
    retryable: false,
  })
const busy = (): WippyError =>
  new WippyError('CONTROL_BUSY', Kind.RateLimited, `more than ${UNDER_WAY} requests at once`, { retryable: true })
const broken = (verb: string): WippyError =>
  new WippyError('INTERNAL', Kind.Internal, `${verb} failed within the runtime; the node's log says more`, { retryable: false })

const taken = (folder: string): WippyError =>
  new WippyError('CONTROL_TAKEN', Kind.AlreadyExists, `${nameOf(readNote(folder))} is the node that commands reach here`, {
    where: { file: folder },
    hint: 'Commands like "wippy ps" show that one, and not this.',
  })

const full = (): WippyError =>
  new WippyError('CONTROL_BUSY', Kind.RateLimited, `requests of more than ${READING_BYTES} bytes are being read`, { retryable: true })

/** Waits until a server listens. `start` calls its `listen`. */
const listening = (server: Server, start: () => void): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.once('listening', () => {
      server.off('error', reject)
      resolve()
    })
    start()
  })

const serve = (node: Node, side: Side, open: Set<Socket>): Server => {
  const server = createServer((socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
    new Connection(socket, node, side)
  })
  server.maxConnections = CONNECTIONS
  server.unref() // being reachable is no reason to stay
  return server
}

/** Opens the endpoint of a node. Throws CONTROL_TAKEN when another node has that folder, CONTROL_TOKEN, and what the system refuses. */
export const openControl = async (
  node: Node,
  { folder, seat: given = null, tcp = null, helloMs = HELLO_MS }: ControlOptions,
): Promise<Control> => {
  if (tcp !== null && tcp.token.length < SHORTEST_TOKEN) {
    const hint = `Set control.token, or WIPPY_CONTROL_TOKEN, to at least ${SHORTEST_TOKEN} characters that nobody can guess.`
    throw new WippyError('CONTROL_TOKEN', Kind.Invalid, 'control.listen needs a token', { hint })
  }
  const seat = given ?? (await waitForSeat(folder, 'starting'))
  if (seat === null) throw taken(folder)
  const path = socketPath(folder)
  const open = new Set<Socket>()
  const servers: Server[] = []
  const reading: Reading = { bytes: 0 }
  const close = async (): Promise<void> => {
    seat.is('stopping', '')
    const closed = servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())))
    for (const socket of open) socket.destroySoon()
    const cut = setTimeout(() => {
      for (const socket of open) socket.destroy()
    }, LINGER_MS)
    await Promise.all(closed)
    clearTimeout(cut)
    if (process.platform !== 'win32') rmSync(path, { force: true })
    if (given === null) seat.leave()
  }
  try {
    tidy(folder)
    const local = serve(node, { admits: () => true, isTrusted: true, reading, helloMs }, open)
    const mask = process.umask(PRIVATE)
    try {
      await listening(local, () => local.listen(path))
    } finally {
      process.umask(mask)
    }
    servers.push(local)
    if (process.platform !== 'win32') chmodSync(path, 0o600)
    let port: number | null = null
    if (tcp !== null) {
      const remote = serve(node, { admits: await tokenCheck(tcp.token), isTrusted: false, reading, helloMs }, open)
      await listening(remote, () => remote.listen(tcp.port, tcp.host))
      servers.push(remote)
      port = (remote.address() as { readonly port: number }).port
    }
    seat.is('ready', path)
    return { port, close }
  } catch (error) {
    await close()
    throw error
  }
}
