// Attacks by plugins: one file for each, in a folder for each class: a component, or a module that becomes one. Its first lines say what it is:
//
//   ;; A file above the directory.
//   ;; says: value 31          what its caller is told: its value, its error, or why it was refused
//   ;; allow: fs:/data=cage    what it was granted
//   ;; run: func() -> string   its only export, which is called; this when it says nothing
//   ;; given: "x"              with what, as Lua
//   ;; with: values files      what stands before it: files of parts/
//   ;; limits: timeout=300ms
//
// What it returns is what it got hold of. A file of TypeScript gives the same as a value: attacks that no person could read, or write.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { componentEmbed, componentNew, parse } from '@bytecodealliance/jco'
import { withRuntime } from '../../plugins/build.ts'

export type PluginAttack = {
  readonly name: string
  readonly about: string
  readonly says: RegExp
  readonly allow: readonly string[]
  readonly run: string
  readonly given: string
  readonly limits: Readonly<Record<string, unknown>>
  /** A component, or a module; or the bytes of one. */
  readonly text: string | Uint8Array
}

const folder = join(import.meta.dirname, 'component')
const wasi = join(import.meta.dirname, '../../node_modules/@bytecodealliance/jco/lib/wit/builtin/0.2.12')
const HEAD = /^;; (?:(says|allow|run|given|with|limits): )?(.*)$/
const LIMITS = { fuel: 3_000_000, memory: '8MiB', timeout: '10s' }

/** Packages of WIT as parts of one text. */
const packages = readdirSync(wasi).map((name) =>
  readFileSync(join(wasi, name, 'package.wit'), 'utf8').replace(/^package (\S+);([\s\S]*)$/, 'package $1 {$2}'),
)
const IMPORTS = [
  ...['environment', 'exit', 'stdin', 'stdout'].map((name) => `wasi:cli/${name}@0.2.12`),
  ...['clocks/monotonic-clock', 'clocks/wall-clock', 'random/random', 'io/streams', 'io/poll'].map((name) => `wasi:${name}@0.2.12`),
  ...['filesystem/preopens', 'filesystem/types', 'sockets/tcp-create-socket', 'http/outgoing-handler'].map((name) => `wasi:${name}@0.2.12`),
  ...['funcs', 'registry', 'logger'].map((name) => `wippy:runtime/${name}@0.1.0`),
]

const worldOf = (run: string): string => {
  const imports = IMPORTS.map((name) => `import ${name};`).join(' ')
  return `${withRuntime(`package a:a; world attack { ${imports} export run: ${run}; }`)}\n${packages.join('\n')}`
}

/** Imports stand first in a module. */
const moduleOf = (parts: readonly string[], text: string): string => {
  const lines = [...parts, text.replace(/^\(module/m, '').replace(/\)\s*$/, '')].join('\n').split('\n')
  const isImport = (line: string): boolean => /^\s*\(import /.test(line)
  return `(module ${[...lines.filter(isImport), ...lines.filter((line) => !isImport(line))].join('\n')})`
}

const limitOf = (text: string): readonly [string, unknown] => {
  const [name = '', value = ''] = text.split('=')
  return [name, name === 'fuel' ? Number(value) : value]
}

const read = (file: string): PluginAttack => {
  const lines = readFileSync(join(folder, file), 'utf8').split('\n')
  const start = lines.findIndex((line) => !line.startsWith(';;'))
  const heads = lines.slice(0, start).map((line) => HEAD.exec(line)!)
  const word = (key: string): string | undefined => heads.find(([, named]) => named === key)?.[2]
  const about = heads.flatMap(([, key, text = '']) => (key === undefined ? [text] : [])).join(' ')
  const parts = (word('with')?.split(' ') ?? []).map((part) => readFileSync(join(folder, 'parts', `${part}.wat`), 'utf8'))
  const text = lines.slice(start).join('\n')
  const says = word('says')
  if (about === '' || says === undefined) throw new Error(`${file} does not say what it is, or what its caller is told`)
  return {
    name: file.replace(/\.wat$/, ''),
    about,
    says: new RegExp(says),
    allow: word('allow')?.split(' ') ?? [],
    run: word('run') ?? 'func() -> string',
    given: word('given') ?? '',
    limits: { ...LIMITS, ...Object.fromEntries(word('limits')?.split(' ').map(limitOf) ?? []) },
    text: text.startsWith('(component') ? text : moduleOf(parts, text),
  }
}

/** An attack of a file of TypeScript. */
export const written = (attack: Pick<PluginAttack, 'about' | 'says' | 'text'>): Omit<PluginAttack, 'name'> => ({
  ...{ allow: [], run: 'func() -> string', given: '', limits: LIMITS },
  ...attack,
})

/** Those of some folders, or all. */
export const pluginAttacks = async (classes?: readonly string[]): Promise<readonly PluginAttack[]> => {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => !path.startsWith('parts/') && (classes === undefined || classes.includes(path.split('/')[0]!)))
    .sort()
  const attackOf = async (file: string): Promise<PluginAttack> => {
    const { attack } = (await import(join(folder, file))) as { readonly attack: Omit<PluginAttack, 'name'> }
    return { name: file.replace(/\.ts$/, ''), ...attack }
  }
  return [
    ...files.filter((file) => file.endsWith('.wat')).map(read),
    ...(await Promise.all(files.filter((file) => file.endsWith('.ts')).map(attackOf))),
  ]
}

/** An attack as the bytes of a component. */
export const componentOf = async ({ text, run }: PluginAttack): Promise<Uint8Array> => {
  if (typeof text !== 'string') return text
  const binary = new Uint8Array(await parse(text))
  if (text.startsWith('(component')) return binary
  return await componentNew(await componentEmbed({ binary, witSource: worldOf(run), world: 'attack' }))
}
