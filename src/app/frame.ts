// The lines around a place in a file of an app.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Where } from '../error.ts'
import { codeFrame } from '../registry/document.ts'

/** Undefined where there is no such file: the text stands in an entry. */
export const frameAt = (root: string, { file, line, column = 1 }: Pick<Where, 'file' | 'line' | 'column'>): string | undefined => {
  if (file === undefined || line === undefined) return undefined
  try {
    return codeFrame(readFileSync(join(root, file), 'utf8'), { line, column })
  } catch {
    return undefined
  }
}
