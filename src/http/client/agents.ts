// Connections that are kept for the next request. One is only used again for a request that was found to go to the same addresses: who may
// not reach a machine does not get there on a connection of somebody who may.

import { type AgentOptions, Agent as PlainAgent } from 'node:http'
import { Agent as SecureAgent } from 'node:https'
import type { Target } from './reach.ts'

const OPTIONS: AgentOptions = {
  keepAlive: true,
  keepAliveMsecs: 1000,
  maxSockets: 256,
  maxTotalSockets: 1024,
  maxFreeSockets: 32,
  timeout: 30_000,
}

/** What a request carries to its connection. */
export type Pinned = { readonly targets?: readonly Target[] }

const pinOf = (options: object | undefined): string => ((options as Pinned).targets ?? []).map(({ address }) => address).join(',')

class PinnedPlainAgent extends PlainAgent {
  override getName(options?: Parameters<PlainAgent['getName']>[0]): string {
    return `${super.getName(options)}|${pinOf(options)}`
  }
}

class PinnedSecureAgent extends SecureAgent {
  override getName(options?: Parameters<SecureAgent['getName']>[0]): string {
    return `${super.getName(options)}|${pinOf(options)}`
  }
}

export class Agents {
  readonly #plain = new PinnedPlainAgent(OPTIONS)
  readonly #secure = new PinnedSecureAgent(OPTIONS)

  for(url: URL): PlainAgent {
    return url.protocol === 'https:' ? this.#secure : this.#plain
  }

  close(): void {
    this.#plain.destroy()
    this.#secure.destroy()
  }
}
