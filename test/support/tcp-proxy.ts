// A connection that can be cut: a TCP proxy to a port of this machine.

import { createConnection, createServer, type Server, type Socket } from 'node:net'

/**
 * `open`: bytes pass. `cut`: connections break, and new ones are refused. `silent`: nothing passes, and nobody is told. `deaf`: what is asked
 * passes, and no answer comes back.
 */
export type Passage = 'open' | 'cut' | 'silent' | 'deaf'

export class TcpProxy {
  readonly #server: Server
  readonly #pairs = new Set<readonly [Socket, Socket]>()
  #passage: Passage = 'open'

  private constructor(server: Server) {
    this.#server = server
  }

  static async to(port: number): Promise<TcpProxy> {
    const server = createServer()
    const proxy = new TcpProxy(server)
    server.on('connection', (near) => proxy.#join(near, port))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    server.unref()
    return proxy
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port
  }

  set passage(passage: Passage) {
    this.#passage = passage
    for (const pair of this.#pairs) {
      if (passage === 'cut') for (const socket of pair) socket.destroy()
      else for (const socket of pair) passage === 'silent' ? socket.pause() : socket.resume()
    }
  }

  close(): void {
    this.passage = 'cut'
    this.#server.close()
  }

  #join(near: Socket, port: number): void {
    if (this.#passage === 'cut') return void near.destroy()
    const far = createConnection({ host: '127.0.0.1', port })
    const pair = [near, far] as const
    this.#pairs.add(pair)
    for (const [from, to] of [pair, [far, near]] as const) {
      from.on('data', (bytes) => void (this.#passage === 'deaf' && from === far ? undefined : to.write(bytes)))
      from.on('error', () => from.destroy())
      from.on('close', () => {
        to.destroy()
        this.#pairs.delete(pair)
      })
      if (this.#passage === 'silent') from.pause()
    }
  }
}
