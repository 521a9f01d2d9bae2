// Variables in a file of `NAME=value` lines, as people write them: comments begin with #, values may stand in quotes.
//
// F1 What is written reads back as it was: values that could be taken for something else are quoted, so no value adds a second line.
// F2 A write replaces the file whole; comments, order, unknown lines and who may read it stay.

import { closeSync, fchmodSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { Kind, WippyError } from '../error.ts'
import { makeFolder } from '../lmdb/folder.ts'

const MAX_FILE = 1_048_576 // bytes
const NEW_FILE = 0o600

export type EnvFileOptions = {
  readonly autoCreate: boolean
  /** null: the file's own, and 0600 for a new one. */
  readonly fileMode: number | null
  readonly dirMode: number
}

const LINE = /^\s*(?:export\s+)?([^\s=#][^\s=]*)\s*=(.*)$/s
const PLAIN = /^[^\s"'#\\]+$/
const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' }

const readValue = (text: string): string => {
  const quoted = /^"((?:[^"\\]|\\.)*)"/.exec(text)
  if (quoted) return quoted[1]!.replace(/\\(.)/g, (_, char: string) => escapes[char] ?? char)
  return /^'([^']*)'/.exec(text)?.[1] ?? text.replace(/(^|\s)#.*$/, '').trimEnd()
}

const writeValue = (value: string): string =>
  PLAIN.test(value) ? value : `"${value.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t')}"`

/** The variables of a text; of two lines for one name the last counts. */
export const parseEnv = (text: string): Map<string, string> => {
  const variables = new Map<string, string>()
  for (const line of text.split('\n')) {
    const [, name, value] = LINE.exec(line) ?? []
    if (name !== undefined) variables.set(name, readValue(value!.trim()))
  }
  return variables
}

/** The text with one variable changed or added. */
export const withVariable = (text: string, name: string, value: string): string => {
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n')
  const line = `${name}=${writeValue(value)}`
  const at = lines.findLastIndex((old) => LINE.exec(old)?.[1] === name)
  return `${(at < 0 ? [...lines, line] : lines.with(at, line)).join('\n')}\n`
}

const isMissing = (error: unknown): boolean => (error as { code?: unknown }).code === 'ENOENT'

export class EnvFile {
  readonly #path: string
  readonly #options: EnvFileOptions

  constructor(path: string, options: EnvFileOptions) {
    this.#path = path
    this.#options = options
  }

  get(name: string): string | undefined {
    return parseEnv(this.#text() ?? '').get(name)
  }

  set(name: string, value: string): void {
    const text = this.#text()
    if (text === null && !this.#options.autoCreate) {
      const hint = 'Create it, or set auto_create on the storage.'
      throw new WippyError('ENV_FILE_MISSING', Kind.Unavailable, `the variables file ${this.#path} does not exist`, { hint })
    }
    makeFolder(dirname(this.#path), this.#options.dirMode)
    const draft = `${this.#path}.${process.pid}.tmp`
    try {
      this.#write(draft, withVariable(text ?? '', name, value))
      renameSync(draft, this.#path)
    } catch (cause) {
      rmSync(draft, { force: true })
      throw new WippyError('ENV_FILE_WRITE', Kind.Unavailable, `the variables file ${this.#path} could not be written`, { cause })
    }
  }

  #write(path: string, text: string): void {
    const { fileMode } = this.#options
    const file = openSync(path, 'wx', fileMode ?? NEW_FILE)
    try {
      const there = statSync(this.#path, { throwIfNoEntry: false })
      if (fileMode === null && there) fchmodSync(file, there.mode & 0o777)
      writeFileSync(file, text, { flush: true })
    } finally {
      closeSync(file)
    }
  }

  #text(): string | null {
    try {
      if (statSync(this.#path).size > MAX_FILE) throw new WippyError('ENV_FILE_LARGE', Kind.Invalid, `${this.#path} is larger than 1 MiB`)
      return readFileSync(this.#path, 'utf8')
    } catch (error) {
      if (isMissing(error)) return null
      if (error instanceof WippyError) throw error
      throw new WippyError('ENV_FILE_READ', Kind.Unavailable, `the variables file ${this.#path} could not be read`, { cause: error })
    }
  }
}
