// One conversation with an agent: its tools, its proposals, and how answers and refusals are said to a model.
//
//   S1 A refusal is an answer: it says what was denied and how the operator could allow it, and the conversation goes on.
//   S2 A call ends when the agent gives it up, or goes. So many run at once, more are refused.
//   S3 A proposal is what it was when it was shown: apply_change names it, and carries the version it was checked against.

import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { CallToolRequestSchema, type CallToolResult, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { CfWorkerJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/cfworker-provider.js'
import { Kind, WippyError } from '../error.ts'
import { json } from '../json.ts'
import { type Fields, isFields } from '../registry/entry.ts'
import type { Act } from './acting.ts'
import { TOOLS, type Tool } from './tools.ts'

const MOST_TEXT = 200_000 // characters of one answer
const MOST_PROPOSALS = 32 // the oldest go first
const MOST_AT_ONCE = 8 // calls

const INSTRUCTIONS = `A wippy node: an app is a set of entries in a versioned registry (functions, processes, data), written in Lua 5.4.
To add a tool: try its code with run_lua, propose_change a function.lua entry whose data.source returns a function, apply_change, call_function. Undo with rollback.
Everything beyond the sandbox needs a right that the operator has named; my_rights lists yours. A refusal says which one is missing.`

const validator = new CfWorkerJsonSchemaValidator()

const unknown = (message: string, hint: string): WippyError =>
  new WippyError('MCP_INPUT', Kind.Invalid, message, { retryable: false, hint })

const busy = (): WippyError =>
  new WippyError('MCP_BUSY', Kind.RateLimited, `${MOST_AT_ONCE} calls of this agent run already`, { retryable: true })

/** What one may tell a model of an error, and the operator through it. */
const refusalOf = (error: unknown): Fields => {
  if (!(error instanceof WippyError)) return { code: 'INTERNAL', message: 'this failed within the runtime; the log of the node says more' }
  const { code, kind, text: message, hint, where, frame } = error
  const { 1: action, 2: resource } = /^permission denied: ([\w.]+)(?: on "(.*)")?$/.exec(message) ?? []
  const grant = action && `${action}${resource ? `:${resource}` : ''}`
  return {
    ...{ code, kind, message },
    ...(hint && { hint }),
    ...(grant && { hint: `The operator can allow it: wippy mcp --allow ${grant}` }),
    ...(where && { where }),
    ...(frame && { frame }),
  }
}

const answer = (value: unknown, isError = false): CallToolResult => {
  const whole = json(value)
  const text = whole.length > MOST_TEXT ? `${whole.slice(0, MOST_TEXT)}\n… ${whole.length - MOST_TEXT} characters more` : whole
  return { content: [{ type: 'text', text }], ...(isError && { isError }) }
}

class Proposals {
  readonly #known = new Map<string, Fields>()
  #count = 0

  add(change: Fields): string {
    const name = `p${++this.#count}`
    this.#known.set(name, change)
    if (this.#known.size > MOST_PROPOSALS) this.#known.delete(this.#known.keys().next().value!)
    return name
  }

  /** Throws MCP_INPUT. */
  need(name: unknown): Fields {
    const change = this.#known.get(String(name))
    if (change) return change
    throw unknown(`there is no proposal "${String(name)}"`, `Make one with propose_change; the last ${MOST_PROPOSALS} are kept.`)
  }

  forget(name: unknown): void {
    this.#known.delete(String(name))
  }
}

/** A server for one session. `report` hears of what is a bug. */
export const sessionOf = (act: Act, version: string, report: (error: unknown) => void): Server => {
  const server = new Server(
    { name: 'wippy', version },
    { capabilities: { tools: {} }, instructions: INSTRUCTIONS, jsonSchemaValidator: validator },
  )
  const proposals = new Proposals()
  const schemas = new Map(TOOLS.map((tool) => [tool.name, { tool, check: validator.getValidator(tool.inputSchema) }]))

  const perform = async ({ name, act: deed }: Tool, input: Fields, gone: AbortSignal): Promise<CallToolResult> => {
    if (name === 'propose_change') {
      const { base, ...shown } = (await act(deed, input, gone)) as { readonly base: number }
      return answer({ proposal: proposals.add({ ...input, base }), base: `v${base}`, ...shown })
    }
    if (name === 'apply_change') {
      const { proposal, message } = input
      const made = await act(deed, { ...proposals.need(proposal), message }, gone)
      proposals.forget(proposal)
      return answer(made)
    }
    const value = await act(deed, input, gone)
    return answer(value, name === 'run_lua' && isFields(value) && value.ok === false)
  }

  let running = 0
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: TOOLS.map(({ act: _, ...tool }) => tool) }))
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, { signal }) => {
    const known = schemas.get(params.name)
    if (!known) return answer(refusalOf(unknown(`there is no tool "${params.name}"`, `There are ${[...schemas.keys()].join(', ')}.`)), true)
    const checked = known.check(params.arguments ?? {})
    if (!checked.valid) return answer(refusalOf(unknown(checked.errorMessage, `See what ${params.name} takes.`)), true)
    if (running >= MOST_AT_ONCE) return answer(refusalOf(busy()), true)
    running++
    try {
      return await perform(known.tool, params.arguments ?? {}, signal)
    } catch (error) {
      if (!(error instanceof WippyError)) report(error)
      return answer(refusalOf(error), true)
    } finally {
      running--
    }
  })
  return server
}
