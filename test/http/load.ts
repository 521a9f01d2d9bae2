// Clients that ask one after the other over connections they keep, until they are told to stop.

import { Agent, request } from 'node:http'

export type Heard = { readonly status: number; readonly body: string }

/** One request over a kept connection; one that was closed while it waited there is tried once more on a new one, as browsers do. */
const ask = (agent: Agent, url: string, method = 'GET', body = ''): Promise<Heard> =>
  new Promise((resolve, reject) => {
    const sent = request(url, { agent, method, headers: { 'content-length': Buffer.byteLength(body) } }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }))
      response.on('error', reject)
    })
    sent.on('error', (error: NodeJS.ErrnoException) => {
      if (sent.reusedSocket && error.code === 'ECONNRESET') ask(new Agent(), url, method, body).then(resolve, reject)
      else reject(error)
    })
    sent.end(body)
  })

export class Load {
  readonly heard: Heard[] = []
  readonly failures: string[] = []
  #isOver = false
  readonly #clients: Promise<void>[]

  /** `url` is asked for before each request; a failure is none when it has changed meanwhile. */
  constructor(clients: number, url: () => string) {
    this.#clients = Array.from({ length: clients }, () => this.#client(url))
  }

  async stop(): Promise<void> {
    this.#isOver = true
    await Promise.all(this.#clients)
  }

  async #client(url: () => string): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    while (!this.#isOver) {
      const at = url()
      try {
        this.heard.push(await ask(agent, at))
      } catch (error) {
        if (url() === at) this.failures.push((error as Error).message)
      }
    }
    agent.destroy()
  }
}
