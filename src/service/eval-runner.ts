// The host half of `eval_runner`: who may run which code with what, and the sandbox it runs in.
//
// Modules belong to classes. Those that only compute may be named freely; what reaches processes, storage, networks or the terminal needs
// its class to be allowed by name as well, and each module, library and class is a question of its own to the guard. Code for which no module
// is named has those that only compute, as far as it speaks of them and who asks may use them.

import { Kind, WippyError } from '../error.ts'
import { type Fields, isFields } from '../registry/entry.ts'
import { moduleNamed } from '../registry/imports.ts'
import type { Authority } from './authority.ts'
import type { Credentials } from './credentials.ts'
import type { Permits } from './permit.ts'
import type { Sandbox, Snippet } from './sandbox.ts'
import { defaultSandbox, lesser, limitsIn, type SandboxLimits } from './sandbox-policy.ts'
import type { Call, Caller, Context, Service } from './service.ts'
import { contextOf } from './spawn-options.ts'

/** Classes of modules that are not free. A module that is not here is of class `process`. */
const CLASSES: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(
    [
      'base64',
      'compress',
      'crypto',
      'expr',
      'hash',
      'html',
      'json',
      'payload',
      'templates',
      'text',
      'time',
      'treesitter',
      'uuid',
      'yaml',
      'ctx',
    ].map((name) => [name, []]),
  ),
  ...Object.fromEntries(['excel', 'events', 'io', 'logger', 'metrics', 'queue', 'stream', 'tty'].map((name) => [name, ['io']])),
  ...Object.fromEntries(['http', 'http_client', 'hub', 'websocket'].map((name) => [name, ['network', 'io']])),
  ...Object.fromEntries(['fs', 'sql', 'store'].map((name) => [name, ['storage', 'io']])),
  cloudstorage: ['storage', 'network', 'io'],
  cdc: ['storage'],
  registry: ['storage'],
  security: ['security'],
}

const FREE = Object.keys(CLASSES).filter((name) => CLASSES[name]!.length === 0)

const invalid = (message: string): WippyError => new WippyError('EVAL_INVALID', Kind.Invalid, message, { retryable: false })
const names = (value: unknown, what: string): string[] => {
  if (value === undefined || value === null || (isFields(value) && Object.keys(value).length === 0)) return []
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value
  throw invalid(`${what} is a list of names`)
}

const pairs = (value: unknown, what: string): Readonly<Record<string, unknown>> => {
  if (value === undefined || value === null || (Array.isArray(value) && value.length === 0)) return {}
  const found = isFields(value) ? value : {}
  if (isFields(value) && Object.keys(found).every((name) => /^[A-Za-z_]\w*$/.test(name))) return found
  throw invalid(`${what} is a table of names`)
}

export type EvalOptions = {
  readonly sandbox: Sandbox
  readonly permits: Permits
  readonly credentials: Credentials
  readonly authority: Authority
  readonly most: SandboxLimits
}

export const evalService = ({ sandbox, permits, credentials, authority, most }: EvalOptions): Service => {
  const demand = (caller: Caller, action: string, resource: string): void => {
    permits.need(caller, { action, resource })
  }

  const snippetOf = ({ caller, args: [config] }: Call): Snippet => {
    const { source, method = '', modules, imports, allow_classes, custom_modules } = isFields(config) ? config : {}
    if (typeof source !== 'string' || typeof method !== 'string') throw invalid('source and method are texts')
    const allowed = names(allow_classes, 'allow_classes')
    for (const name of allowed) demand(caller, 'eval.class', name)
    const wanted = names(modules, 'modules')
    if (wanted.length === 0) {
      const isFree = (name: string): boolean => new RegExp(`\\b${name}\\b`).test(source) && permits.permit(caller, 'eval.module', name)
      wanted.push(...FREE.filter(isFree))
    }
    const imported = Object.entries(pairs(imports, 'imports')).map(([alias, id]) => {
      if (typeof id !== 'string') throw invalid(`imports.${alias} is the id of a library`)
      return [alias, id] as const
    })
    for (const module of [...wanted, ...imported.flatMap(([, id]) => moduleNamed(id) ?? [])]) {
      const missing = (Object.hasOwn(CLASSES, module) ? CLASSES[module]! : ['process']).find((name) => !allowed.includes(name))
      if (missing !== undefined) {
        throw new WippyError('EVAL_CLASS', Kind.PermissionDenied, `module "${module}" is of class "${missing}", which is forbidden here`, {
          retryable: false,
          hint: `Name the class in allow_classes, if that is what you want.`,
        })
      }
      demand(caller, 'eval.module', module)
    }
    for (const [, id] of imported) if (moduleNamed(id) === null) demand(caller, 'eval.import', id)
    const globals = pairs(custom_modules, 'custom_modules')
    return { source, method, modules: wanted, imports: Object.fromEntries(imported), globals }
  }

  /** Code that is given a class acts for who gave it; any other computes, with no rights to lose. */
  const rightsFor = ({ allow_classes: classes }: Fields, context: Context): Context =>
    Array.isArray(classes) && classes.length > 0 ? context : authority.limited(context, false)

  return {
    name: 'eval',
    operations: {
      'eval.compile': async (call) => {
        await sandbox.compile(snippetOf(call), call.caller.pid)
        return [true]
      },
      'eval.run': async (call) => {
        const {
          caller,
          args: [config],
        } = call
        const program = await sandbox.compile(snippetOf(call), caller.pid)
        const fields = isFields(config) ? config : {}
        const given = Array.isArray(fields.args) ? fields.args : []
        const context = rightsFor(fields, contextOf(caller, { context: fields.context }, credentials))
        const limits = lesser(limitsIn(pairs(fields.limits, 'limits'), defaultSandbox), most)
        return (await sandbox.run(caller, program, { args: given, context, limits })).reply
      },
    },
  }
}
