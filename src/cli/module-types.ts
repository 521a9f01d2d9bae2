// What types say of modules that others wrote, in one line.

import type { WippyError } from '../error.ts'
import { counted } from './output.ts'

const NAMED = 3

/** How many there are and in which namespaces, and how to see them. */
export const moduleTypesText = (errors: readonly WippyError[]): string => {
  const namespaces = [...new Set(errors.map(({ where }) => (where?.entry ?? '').replace(/:.*$/, '')))].toSorted()
  const more = namespaces.length - NAMED
  const named = `${namespaces.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
  return `${counted(errors.length, 'warning')} about types in modules (${named}); "wippy check --modules" shows ${errors.length === 1 ? 'it' : 'them'}`
}
