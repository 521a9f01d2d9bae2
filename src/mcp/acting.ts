// The way from a tool to the node: one that runs elsewhere, through its control endpoint, or one in this program.

import { Agent, type Identity } from '../app/agent.ts'
import type { Node } from '../app.ts'
import { Client, type Place } from '../control/client.ts'
import { whenGone } from '../gone.ts'
import type { Fields } from '../registry/entry.ts'

/** Does one thing as the agent; `gone` gives it up. Throws what the node says. */
export type Act = (name: string, input: Fields, gone: AbortSignal) => Promise<unknown>

/** In a node of this program. */
export const actingIn =
  (node: Node, identity: Identity): Act =>
  (name, input, gone) =>
    new Agent(node, identity, gone).act(name, input)

/** In a node that runs elsewhere: a connection for each act, whose end is the end of what runs for it. */
export const actingAt =
  (place: Place, identity: Identity): Act =>
  async (name, input, gone) => {
    const client = await Client.connect(place)
    const forget = whenGone(gone, () => client.close())
    try {
      return await client.ask('agent', { ...identity, act: name, input })
    } finally {
      forget()
      client.close()
    }
  }
