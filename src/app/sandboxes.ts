// The sandbox of a node: made when it is first asked for.

import { Sandbox } from '../service/sandbox.ts'
import { SandboxRunner } from '../service/sandbox-runner.ts'
import type { Parts } from './parts.ts'

type Made = { readonly sandbox: Sandbox; readonly runner: SandboxRunner }

const known = new WeakMap<Parts, Made>()

/** The sandbox of a node, and what runs code in it; the same whenever it is asked for. */
export const sandboxOf = (parts: Parts): Made => {
  let made = known.get(parts)
  if (made === undefined) {
    const sandbox = new Sandbox(parts)
    made = { sandbox, runner: new SandboxRunner({ sandbox, registry: parts.registry, modules: () => parts.door.modules }) }
    known.set(parts, made)
  }
  return made
}
