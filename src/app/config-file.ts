// The configuration file of an app: `wippy.config.ts` or one of its likes, found and read.

import { existsSync, readFileSync, statSync } from 'node:fs'
import { extname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Kind, WippyError } from '../error.ts'
import { type Fields, isFields } from '../registry/entry.ts'

const CONFIG_FILES = ['wippy.config.ts', 'wippy.config.js', 'wippy.config.mjs', 'wippy.config.json']

/** The name of the configuration file in a directory, if there is one. */
export const configFileIn = (directory: string): string | undefined => CONFIG_FILES.find((name) => existsSync(join(directory, name)))

/** What a configuration file says, as it is; `file`: what people are shown. Throws CONFIG_UNREADABLE or CONFIG_SHAPE. */
export const readConfig = async (path: string, file: string): Promise<Fields> => {
  let said: unknown
  try {
    if (extname(path) === '.json') said = JSON.parse(readFileSync(path, 'utf8'))
    else said = ((await import(`${pathToFileURL(path).href}?${statSync(path).mtimeMs}`)) as { default?: unknown }).default
  } catch (cause) {
    const isJson = extname(path) === '.json'
    const message = `the file cannot be ${isJson ? 'read' : 'run'}: ${cause instanceof Error ? cause.message.split('\n')[0] : cause}`
    const line =
      cause instanceof Error ? new RegExp(`${file.replaceAll('.', '\\.')}[^:\\s]*:(\\d+)`).exec(cause.stack ?? '')?.[1] : undefined
    const where = line === undefined ? { file } : { file, line: Number(line) }
    throw new WippyError('CONFIG_UNREADABLE', Kind.Invalid, message, {
      where,
      cause,
      hint: isJson
        ? 'It is JSON: names and texts in double quotes, no comma behind the last.'
        : 'It may use TypeScript that needs no compiling: types, but no enum.',
    })
  }
  if (isFields(said)) return said
  const hint = "Write: export default defineConfig({ src: './src' })"
  throw new WippyError('CONFIG_SHAPE', Kind.Invalid, 'the file exports no configuration', { where: { file }, hint })
}

/** What the configuration file of a directory says, as it is; nothing when there is none. Throws as `readConfig`. */
export const writtenConfig = async (directory: string): Promise<Fields> => {
  const file = configFileIn(directory)
  return file === undefined ? {} : readConfig(join(directory, file), file)
}
