// Functions given as core modules or as WebAssembly text: wrapped into a component with the signature that the entry gives in WIT.

import { Kind, WippyError } from '../error.ts'
import { MAGIC } from './module-layout.ts'

/** Whether bytes begin as a module does, and not as a component. */
export const isCoreModule = (bytes: Uint8Array): boolean => MAGIC.every((byte, at) => bytes[at] === byte)

/** `answer: func() -> s32;` as a world that exports it. */
const worldOf = (wit: string): string =>
  `package app:function; world function { ${wit.replace(/^(?!\s*(?:export|record|enum|variant|flags|type)\b)(?=\s*[\w-]+\s*:\s*func)/gm, 'export ')} }`

const failed = (what: string, cause: unknown): WippyError =>
  new WippyError('PLUGIN_MALFORMED', Kind.Invalid, `${what}: ${cause instanceof Error ? cause.message.split('\n')[0] : String(cause)}`, {
    retryable: false,
    hint: 'Check the module against the signature in wit.',
    cause,
  })

/** WebAssembly text as a module. Throws PLUGIN_MALFORMED. */
export const moduleOf = async (text: string): Promise<Uint8Array> => {
  const { parse } = await import('@bytecodealliance/jco')
  return await parse(text).catch((cause: unknown) => {
    throw failed('the WebAssembly text cannot be read', cause)
  })
}

/** A core module as a component that exports what `wit` says. Throws PLUGIN_MALFORMED. */
export const componentOf = async (module: Uint8Array, wit: string): Promise<Uint8Array> => {
  const { componentEmbed, componentNew } = await import('@bytecodealliance/jco')
  try {
    return await componentNew(await componentEmbed({ binary: module, witSource: worldOf(wit), world: 'function' }))
  } catch (cause) {
    throw failed('the module does not do what its wit says', cause)
  }
}
