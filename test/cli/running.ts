// An app that runs until a test is done with it.

import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { Client } from '../../src/control/client.ts'
import { type Running, start } from './command.ts'

const PATIENCE_MS = 60_000

/** Entries that keep a node up; it says "at work". */
export const KEEPER = `  - name: processes
    kind: process.host
  - name: keeper
    kind: process.lua
    source: file://keeper.lua
    modules: [logger]
  - name: keepers
    kind: process.service
    process: app:keeper
    host: app:processes
    lifecycle: { auto_start: true }
`
export const KEEPER_LUA = `return function()
  require("logger"):info("at work")
  process.events():receive()
end
`

export type NodeOptions = {
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** What it says when it is up. */
  readonly said?: string
}

/** Runs the app in `cwd` until `act` is done with it; commands reach it from the beginning of `act` on. */
export const whileRunning = async (
  cwd: string,
  act: (node: Running) => Promise<void>,
  { args = [], env = {}, said = 'at work' }: NodeOptions = {},
): Promise<void> => {
  const node = start(['run', ...args], { cwd, input: null, env })
  try {
    await node.said(said)
    await reachable(cwd)
    await act(node)
  } finally {
    node.child.kill('SIGTERM')
    await node.ended
  }
}

/** Asks the node that runs in `cwd`, without the start of a program that a command costs. */
export const askNode = async (cwd: string, verb: string, args: Readonly<Record<string, unknown>> = {}): Promise<unknown> => {
  const client = await Client.connect({ folder: join(cwd, '.wippy') })
  try {
    return await client.ask(verb, args)
  } finally {
    client.close()
  }
}

/** What the node answers, once that is so. */
export const askUntil = async <T>(
  cwd: string,
  verb: string,
  args: Readonly<Record<string, unknown>>,
  isSo: (answer: T) => boolean,
): Promise<T> => {
  for (const late = Date.now() + PATIENCE_MS; ; ) {
    const answer = (await askNode(cwd, verb, args)) as T
    if (isSo(answer)) return answer
    assert.ok(Date.now() < late, `it did not become so: ${JSON.stringify(answer)}`)
  }
}

/** Resolves when the endpoint is open, which is when the app has started. */
export const reachable = async (cwd: string): Promise<void> => {
  for (const late = Date.now() + PATIENCE_MS; ; ) {
    const client = await Client.connect({ folder: join(cwd, '.wippy') }).catch(() => null)
    if (client) return client.close()
    assert.ok(Date.now() < late, 'the node cannot be reached')
    await new Promise((resolve) => setImmediate(resolve))
  }
}
