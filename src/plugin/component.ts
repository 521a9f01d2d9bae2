// From the bytes of a component to what can be run: jco's glue, metered modules, the types of its exports. Done once, when it is installed.

import { createHash } from 'node:crypto'
import { Kind, WippyError } from '../error.ts'
import { isCoreModule } from './core-module.ts'
import { checkName } from './glue-name.ts'
import { asksOf } from './grant.ts'
import { type MeteredModule, meterModule } from './meter.ts'
import { type Signature, signatureOf } from './signature.ts'
import { resultsIn } from './wit-results.ts'

const LARGEST_COMPONENT = 64 * 1024 ** 2
const COMPONENT_PREAMBLE = [0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0]
const NAME = 'plugin'
/** What builders of components export for themselves. */
const HIDDEN = ['init']

export type Compiled = {
  /** SHA-256 of the component, in hex. */
  readonly hash: string
  /** A script that ends with the glue's `instantiate`. */
  readonly glue: string
  readonly modules: ReadonlyMap<string, MeteredModule>
  /** The grants it asks for. */
  readonly asks: readonly string[]
  /** Imported interfaces that nothing here offers. */
  readonly foreign: readonly string[]
  readonly signature: Signature
}

const begins = (bytes: Uint8Array, preamble: readonly number[]): boolean => preamble.every((byte, at) => bytes[at] === byte)

const refuse = (code: string, message: string, hint: string, cause?: unknown): WippyError =>
  new WippyError(code, Kind.Invalid, message, { retryable: false, hint, cause })

const check = (bytes: Uint8Array): void => {
  if (bytes.length > LARGEST_COMPONENT) {
    const message = `the component has ${Math.ceil(bytes.length / 1024 ** 2)} MiB; at most ${LARGEST_COMPONENT / 1024 ** 2} are possible`
    throw refuse('PLUGIN_TOO_LARGE', message, 'Build it without debug information.')
  }
  if (isCoreModule(bytes)) {
    throw refuse('PLUGIN_NO_COMPONENT', 'this is a WebAssembly module, not a component', 'Wrap it: jco new module.wasm -o component.wasm')
  }
  if (begins(bytes, COMPONENT_PREAMBLE)) return
  if (begins(bytes, COMPONENT_PREAMBLE.slice(0, 4))) {
    throw refuse('PLUGIN_OUTDATED', 'this component has a format that is not known', 'Build it with current tools (component model 0.2).')
  }
  throw refuse('PLUGIN_NO_COMPONENT', 'this is no WebAssembly component', 'Give the .wasm file that the component was built to.')
}

/** The glue as a script: its one export becomes the script's value. */
const scriptOf = (glue: string): string => {
  const script = glue.replace(/^export (?=function instantiate|const _util)/gm, '')
  if (/^\s*(?:import|export)\b/m.test(script))
    throw refuse('PLUGIN_TYPE', 'the glue of the component is not self-contained', 'Report this.')
  return `${script}\n;instantiate`
}

/**
 * Checks and compiles a component. Throws PLUGIN_NO_COMPONENT, PLUGIN_TOO_LARGE, PLUGIN_OUTDATED, PLUGIN_MALFORMED, PLUGIN_FEATURE or
 * PLUGIN_TYPE.
 */
export const compileComponent = async (bytes: Uint8Array): Promise<Compiled> => {
  check(bytes)
  const { transpile, componentWit } = await import('@bytecodealliance/jco')
  const options = { name: NAME, instantiation: 'sync', nodejsCompat: false, tlaCompat: false, base64Cutoff: 0 } as const
  const result = await transpile(bytes, options).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message.split('\n')[0] : String(cause)
    throw refuse('PLUGIN_MALFORMED', `the component cannot be read: ${why}`, 'Build it again; it may have been cut short.', cause)
  })
  for (const name of [...result.imports, ...result.exports.flat()]) checkName(name)
  const files = new Map(Object.entries(result.files))
  const textOf = (name: string): string => Buffer.from(files.get(name) ?? []).toString()
  const modules = new Map<string, MeteredModule>()
  for (const [name, content] of files) {
    if (!name.endsWith('.wasm')) continue
    modules.set(name, meterModule(content))
  }
  const declarations = new Map([...files.keys()].filter((name) => name.endsWith('.d.ts')).map((name) => [name, textOf(name)]))
  return {
    hash: createHash('sha256').update(bytes).digest('hex'),
    glue: scriptOf(textOf(`${NAME}.js`)),
    modules,
    ...asksOf(result.imports),
    signature: signatureOf(`${NAME}.d.ts`, declarations, { hidden: HIDDEN, results: resultsIn(await componentWit(bytes)) }),
  }
}
