// The corpus: one file for each attack, in a folder for each class. A Lua file is the body of a function; its first lines say what it is:
//
//   -- A loop without end.
//   -- ends: never                     how it must end, by code: any of these. `well`: with success; `never`: it may go on, a slice at a time
//   -- modules: time                   what its entry declares
//   -- returns: its own                its value is no loot
//   -- alone: yes                      it means nothing within pcall or a coroutine
//
// What it returns is what it got hold of: an attack that returns anything but nil or false has hurt.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export type Attack = {
  /** `cpu/endless-loop` */
  readonly name: string
  readonly about: string
  readonly code: string
  readonly ends: readonly string[]
  readonly modules: readonly string[]
  readonly mayReturn: boolean
  readonly isAlone: boolean
}

const folder = join(import.meta.dirname, 'lua')
const HEAD = /^-- (?:(ends|modules|returns|alone): )?(.*)$/

const read = (path: string): Attack => {
  const lines = readFileSync(join(folder, path), 'utf8').split('\n')
  const start = lines.findIndex((line) => !line.startsWith('--'))
  const heads = lines.slice(0, start).map((line) => HEAD.exec(line)!)
  const words = (key: string): string[] => heads.find(([, named]) => named === key)?.[2]?.split(' ') ?? []
  const about = heads.flatMap(([, key, text = '']) => (key === undefined ? [text] : [])).join(' ')
  const [ends, modules, mayReturn, isAlone] = [words('ends'), words('modules'), words('returns').length > 0, words('alone').length > 0]
  if (about === '' || ends.length === 0) throw new Error(`${path} does not say what it is, or how it ends`)
  return { name: path.replace(/\.lua$/, ''), about, code: lines.slice(start).join('\n'), ends, modules, mayReturn, isAlone }
}

/** Every attack, or those whose name contains one of the words. */
export const attacks = (words: readonly string[] = []): Attack[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.lua'))
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => words.length === 0 || words.some((word) => path.includes(word)))
    .sort()
    .map(read)
