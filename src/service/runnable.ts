// What is wrong with code before it runs: modules that nobody declared, a method that is not there, what a workflow may not use.

import { Kind, WippyError } from '../error.ts'
import type { Program } from '../program.ts'
import { codeFrame } from '../registry/document.ts'
import { type Entry, fieldsOf, whereOf } from '../registry/entry.ts'
import { didYouMean } from '../suggest.ts'
import { programOf, requiresOf, returnedOf } from './program.ts'

/** Modules that need no declaration. */
export const AMBIENT: readonly string[] = ['process', 'channel', 'errors', 'payload', 'os', 'coroutine', 'table', 'string', 'math']
export const LIBRARIES = ['library.lua', 'module.lua'] // they see what whoever imports them has, so what they require is not theirs alone to declare
/** Kinds whose source is Lua. */
export const LUA_KINDS: readonly string[] = ['function.lua', 'process.lua', 'workflow.lua', ...LIBRARIES]

/** Whether what an entry does is written down: `meta.durable: true` makes any process durable. */
export const isDurable = ({ kind, meta }: Entry): boolean => kind === 'workflow.lua' || (kind === 'process.lua' && meta.durable === true)

/** How what is required is declared. */
export const declareHint = (name: string): string => `Add ${name} to the entry's modules, or to its imports if it is a library.`

/** The names that the code of a program can require: what its entry declares, and what the libraries do that it imports. */
export const requirableIn = ({ chunk, modules, libraries }: Program): ReadonlySet<string> => {
  const imported = [chunk, ...libraries.map((library) => library.chunk)].flatMap(({ imports }) => Object.keys(imports))
  return new Set([...AMBIENT, ...modules, ...imported])
}

const checkRequires = (entry: Entry, program: Program): void => {
  const { chunk } = program
  const known = requirableIn(program)
  const unknown = requiresOf(entry).find(({ name }) => !known.has(name))
  if (!unknown) return
  const { name, line, column } = unknown
  throw new WippyError(
    'REQUIRE_UNDECLARED',
    Kind.NotFound,
    `module '${name}' not found: "${entry.id}" requires it but does not declare it`,
    {
      retryable: false,
      where: { file: chunk.file, line, column, entry: entry.id },
      frame: codeFrame(String(fieldsOf(entry).source), { line, column }),
      hint: declareHint(name),
    },
  )
}

const checkMethod = (entry: Entry, { method, chunk }: Program): void => {
  const names = returnedOf(entry)
  if (names === null || names.includes(method)) return
  const has = names.length > 0 ? `has ${names.join(', ')}` : 'is empty'
  throw new WippyError('METHOD_NOT_FOUND', Kind.NotFound, `method not found: ${method} in ${entry.id}`, {
    retryable: false,
    where: whereOf(entry, 'data.method'),
    hint: didYouMean(method, names, `The table that ${chunk.file} returns ${has}.`),
  })
}

/** What a workflow may use: what depends on nothing but its arguments, and what is answered through the journal. */
const IN_WORKFLOWS: ReadonlySet<string> = new Set(
  'base64 compress expr hash html json payload templates text treesitter yaml contract crypto ctx env funcs logger os process registry time uuid workflow'.split(
    ' ',
  ),
)

const checkDeterministic = (entry: Entry, { modules }: Program): void => {
  const index = modules.findIndex((name) => !IN_WORKFLOWS.has(name))
  if (index < 0) return
  throw new WippyError('WORKFLOW_MODULE', Kind.Invalid, `"${entry.id}" is a workflow and cannot use the module ${modules[index]}`, {
    retryable: false,
    where: whereOf(entry, 'data.modules'),
    hint: `Use it in a function, and call that: a call is written down and made again until it has an answer.`,
  })
}

const sound = new WeakSet<Program>()

/**
 * The program of an entry that is to run. Throws REQUIRE_UNDECLARED, METHOD_NOT_FOUND and WORKFLOW_MODULE, which the text says before
 * anything has run, and as `programOf`.
 */
export const runnableOf = (entry: Entry, find: (id: string) => Entry | undefined): Program => {
  const program = programOf(entry, find)
  if (sound.has(program) || LIBRARIES.includes(entry.kind)) return program
  checkRequires(entry, program)
  checkMethod(entry, program)
  if (entry.kind === 'workflow.lua') checkDeterministic(entry, program)
  sound.add(program)
  return program
}
