// An app's configuration: defaults, what `wippy.config.ts` or an upstream app's files say, and what the command line adds.
//
// Belongs to the app layer: it reads through registry/, and nothing below app.ts imports it.

import { existsSync, statSync } from 'node:fs'
import { dirname, extname, join, relative, resolve } from 'node:path'
import { configFileIn, readConfig } from './app/config-file.ts'
import { parseSet, takeSet, varsIn } from './app/set.ts'
import { installedOf, takeLock, takeSettings, UPSTREAM_HISTORIES } from './app/upstream-settings.ts'
import { Kind, WippyError } from './error.ts'
import type { Disable } from './registry/disable.ts'
import { type Fields, isFields } from './registry/entry.ts'
import { KEEP } from './registry/history.ts'
import type { ModuleSource } from './registry/module-folder.ts'
import { type Override, overrideOf, parseOverride } from './registry/override.ts'
import { laidOver } from './registry/profile.ts'
import { unknownHint, unknownIn } from './registry/sections.ts'
import {
  address,
  count,
  flag,
  lists,
  map,
  oneOf,
  type Parse,
  Settings,
  sizeFrom,
  someText,
  text,
  textMap,
  texts,
} from './registry/settings.ts'
import { parseDuration } from './registry/units.ts'
import { noProfile } from './registry/wippy-files.ts'

const LEVELS = ['debug', 'info', 'warn', 'error'] as const
const GENERATED = ['nothing', 'operator'] as const
const ENCODINGS = ['console', 'json'] as const
const HISTORIES = ['durable', 'memory', 'none'] as const

/** What `wippy.config.ts` exports. Everything may be left out. */
export type UserConfig = {
  /** The node's name. Default: none, the node makes one up. */
  readonly name?: string
  /** Directories with entries, relative to this file. Default: `./src`, or here when there is none. */
  readonly src?: string | readonly string[]
  /** Modules read from a directory: `{ 'org/mod': './modules/mod' }`. */
  readonly replacements?: Readonly<Record<string, string>>
  readonly logger?: {
    /** Default: info. */
    readonly level?: (typeof LEVELS)[number]
    /** Default: console. */
    readonly encoding?: (typeof ENCODINGS)[number]
  }
  /** What a process may use, unless its host says otherwise. */
  readonly limits?: {
    /** Size of its memory. Default: 32MiB. */
    readonly memory?: string | number
    /** Work units before another process gets its turn. Default: 100,000. */
    readonly fuel?: number
    /** Work units without a point to stop at before the process is ended. Default: 600,000. */
    readonly hardFuel?: number
    readonly mailbox?: {
      /** Default: 10,000. */
      readonly messages?: number
      /** Default: 8MiB. */
      readonly size?: string | number
    }
  }
  /** Folder where what must survive is kept, relative to this file; made when the first thing is. Default: `.wippy`. */
  readonly state?: string
  readonly registry?: {
    /**
     * Where changes made at run time are kept: `durable` in the state folder, `memory` until the node ends, `none` the same without a way
     * back. Default: durable.
     */
    readonly history?: (typeof HISTORIES)[number]
    /** How many versions are kept; the oldest go first. Default: 10,000. */
    readonly keep?: number
  }
  readonly security?: {
    /** Whether code without a scope may do nothing, even if the app's files say it. Default: false. */
    readonly strict?: boolean
    /**
     * What code may do that was made or changed while the app ran, when nobody gave it a scope: nothing, or all that the operator may, as in
     * Wippy. Default: nothing.
     */
    readonly generated?: (typeof GENERATED)[number]
  }
  readonly lua?: {
    /** Whether the types that Lua code says are checked before it runs. */
    readonly typeSystem?: {
      /** Whether an entry in which types do not fit is refused. Default: false. */
      readonly enabled?: boolean
      /** Whether it is also refused for what may be wrong: a value that may be nil, a name that nothing has. Default: false. */
      readonly strict?: boolean
    }
  }
  /** Values put over entries: `{ 'app:gateway:addr': ':9090' }`. */
  readonly override?: Readonly<Record<string, unknown>>
  /** Entries left out: by patterns of namespaces and ids, and by what a field of `meta` says: `{ type: ['test'] }`. */
  readonly disable?: {
    readonly namespaces?: readonly string[]
    readonly entries?: readonly string[]
    readonly meta?: Readonly<Record<string, string | readonly string[]>>
  }
  /** How commands like `wippy ps` reach the node. A socket in the state folder is always there, for the user who runs it. */
  readonly control?: {
    /** `host:port`, for commands from elsewhere. Default: none. */
    readonly listen?: string
    /** What those commands must know, at least 16 characters. Default: WIPPY_CONTROL_TOKEN of the environment. */
    readonly token?: string
  }
  /** Durable workflows: where their journals are kept, and for how long. */
  readonly workflow?: {
    /** `lmdb`: in the state folder, by this node alone. `postgres`: for several nodes. Default: lmdb. */
    readonly engine?: 'lmdb' | 'postgres'
    /** Of PostgreSQL: `postgres://user:password@host:5432/database`. */
    readonly url?: string
    /** Instead of it, an entry of kind `db.sql.postgres`. */
    readonly database?: string
    /** The schema of its tables; made when it is missing. Default: wippy. */
    readonly schema?: string
    /** After how long without a word another node goes on with a node's workflows. Default: 6s. */
    readonly lease?: string | number
    /** A checkpoint is taken after so much. Default: 100 records or 256KiB. */
    readonly checkpoint?: { readonly records?: number; readonly size?: string | number }
    /** Workflows kept in memory though they have nothing to do. Default: 1000. */
    readonly kept?: number
    /** How long what has ended is kept; `none`: for ever. Default: 7d. */
    readonly retention?: { readonly ended?: string | number }
  }
  readonly shutdown?: {
    /** How long processes may take to end. Default: 30s. */
    readonly timeout?: string | number
  }
  /** Settings of services and plugins, by their name; as they are. */
  readonly sections?: Readonly<Record<string, unknown>>
}

export type Config = {
  /** Absolute; file names people see are relative to it. */
  readonly root: string
  readonly name: string | null
  /** Absolute directories. */
  readonly src: readonly string[]
  /** Modules that are there, wherever they lie. */
  readonly replacements: readonly ModuleSource[]
  readonly logger: { readonly level: (typeof LEVELS)[number]; readonly encoding: (typeof ENCODINGS)[number] }
  readonly limits: {
    readonly memoryBytes: number
    readonly fuel: number
    readonly hardFuel: number
    readonly mailboxMessages: number
    readonly mailboxBytes: number
  }
  /** Absolute. */
  readonly state: string
  readonly registry: { readonly history: (typeof HISTORIES)[number]; readonly keep: number }
  readonly security: { readonly strict: boolean; readonly generated: (typeof GENERATED)[number] }
  readonly typeSystem: { readonly enabled: boolean; readonly strict: boolean }
  readonly override: readonly Override[]
  readonly disable: Disable
  readonly control: { readonly listen: { readonly host: string; readonly port: number } | null; readonly token: string }
  readonly shutdown: { readonly timeoutMs: number }
  readonly sections: Fields
}

/** Types a configuration; returns it as it is. */
export const defineConfig = (config: UserConfig): UserConfig => config

export type ConfigOptions = {
  /** `namespace:entry:path=value`, over everything else. */
  readonly override?: readonly string[]
  /** `section.path=value`, over what the files say. */
  readonly set?: readonly string[]
  /** Profiles of `.wippy.yaml` that are laid over it, in order. */
  readonly profiles?: readonly string[]
  /**
   * A file to take instead of the one that would be found. A `.yaml` stands in for `.wippy.yaml`; the directory of any other is the app's,
   * whatever `directory` is.
   */
  readonly file?: string
  /** A file to take instead of `wippy.lock`. */
  readonly lock?: string
  readonly env?: Readonly<Record<string, string | undefined>>
}

export type Configured = {
  readonly config: Config
  /** Settings that cannot be what they are; the default stands in. */
  readonly problems: readonly WippyError[]
  /** Keys that mean nothing. */
  readonly warnings: readonly WippyError[]
}

const LEAST_MEMORY = 1024 ** 2 // a process that does nothing holds a bit more than half of that
const LEAST_MAILBOX = 1024

/** Every setting by its path, and how it is read. */
const TABLE: Readonly<Record<string, Parse>> = {
  name: text,
  src: (value, where) => (typeof value === 'string' ? [value] : texts(value, where)),
  replacements: textMap,
  'logger.level': oneOf(LEVELS),
  'logger.encoding': oneOf(ENCODINGS),
  'limits.memory': sizeFrom(LEAST_MEMORY),
  'limits.fuel': count,
  'limits.hardFuel': count,
  'limits.mailbox.messages': count,
  'limits.mailbox.size': sizeFrom(LEAST_MAILBOX),
  state: someText,
  'registry.history': (value, where) => oneOf(HISTORIES)(UPSTREAM_HISTORIES[String(value)] ?? value, where),
  'registry.keep': count,
  'security.strict': flag,
  'security.generated': oneOf(GENERATED),
  'lua.typeSystem.enabled': flag,
  'lua.typeSystem.strict': flag,
  override: (value, where) => Object.entries(map(value, where) as Fields).map(([key, inner]) => overrideOf(key, inner, where)),
  'disable.namespaces': texts,
  'disable.entries': texts,
  'disable.meta': lists,
  'control.listen': address,
  'control.token': text,
  'shutdown.timeout': parseDuration,
  workflow: map,
  sections: map,
}

/** Takes what the configuration file says. What is nearly a name of a known section, or is none of `workflow`, is a problem. */
const takeFile = (said: Fields, file: string, settings: Settings): void => {
  settings.take(said, { file })
  const sections = isFields(said.sections) ? unknownIn(said.sections).filter(({ meant }) => meant !== null) : []
  const workflow = isFields(said.workflow) ? unknownIn({ workflow: said.workflow }) : []
  for (const one of [...sections.map((inner) => ({ ...inner, path: ['sections', ...inner.path] })), ...workflow]) {
    const message = `"${one.path.join('.')}" is not a setting`
    settings.problems.push(new WippyError('CONFIG_KEY', Kind.Invalid, message, { where: { file }, hint: unknownHint(one) }))
  }
}

const notThere = (file: string, flag: string): WippyError =>
  new WippyError('CONFIG_NOT_FOUND', Kind.NotFound, 'there is no such file', { where: { file }, hint: `Check the path behind ${flag}.` })

const has = (directory: string, names: readonly string[]): boolean => names.some((name) => existsSync(join(directory, name)))
const isSet = (directory: string): boolean => configFileIn(directory) !== undefined || has(directory, ['wippy.lock', '.wippy.yaml'])

/** Whether a directory is an app. */
export const isApp = (directory: string): boolean => isSet(directory) || has(directory, ['src', '_index.yaml'])

/** What says of a directory above a file that it is the file's app, surest first. */
const SIGNS: readonly ((directory: string) => boolean)[] = [
  isSet,
  (directory) => has(directory, ['src/_index.yaml']),
  (directory) => has(directory, ['_index.yaml']),
]

/** The directory of the app that a file is in: the nearest one with the surest sign; null when there is none. */
export const appAround = (file: string): string | null => {
  const around: string[] = []
  for (let at = dirname(resolve(file)); around.at(-1) !== at; at = dirname(at)) around.push(at)
  for (const sign of SIGNS) {
    const found = around.find(sign)
    if (found !== undefined) return found
  }
  return null
}

/** Finds and reads the configuration of the app in `directory`. Throws CONFIG_NOT_FOUND, CONFIG_UNREADABLE or CONFIG_SHAPE. */
export const loadConfig = async (directory: string, options: ConfigOptions = {}): Promise<Configured> => {
  const given = options.file === undefined ? null : resolve(directory, options.file)
  if (given !== null && !existsSync(given)) throw notThere(relative(resolve(directory), given), '--config')
  const isYaml = given !== null && /^\.ya?ml$/.test(extname(given))
  const root = given === null || isYaml ? resolve(directory) : dirname(given)
  const here = (name: string) => existsSync(join(root, name))
  const file = given !== null && !isYaml ? relative(root, given) : configFileIn(root)
  const yaml = isYaml ? relative(root, given) : '.wippy.yaml'
  const lock = options.lock ?? 'wippy.lock'
  if (options.lock !== undefined && !here(lock)) throw notThere(lock, '--lock-file')
  const settings = new Settings(TABLE)
  const stat = statSync(root, { throwIfNoEntry: false })
  if (stat === undefined) {
    const hint = 'Check the path.'
    throw new WippyError('CONFIG_NOT_FOUND', Kind.NotFound, 'there is nothing at this path', { where: { file: root }, hint })
  }
  if (stat.isFile()) {
    const hint = 'Give the directory that has wippy.config.ts, wippy.lock or src/_index.yaml.'
    throw new WippyError('CONFIG_NOT_FOUND', Kind.NotFound, 'this is a file, and an app is a directory', { where: { file: root }, hint })
  }
  if (!file && ![lock, yaml, 'src', '_index.yaml'].some(here)) {
    const hint = 'Run "wippy init" to make one, or go to a directory with wippy.config.ts, wippy.lock or src/_index.yaml.'
    throw new WippyError('CONFIG_NOT_FOUND', Kind.NotFound, 'there is no wippy app in this directory', { where: { file: root }, hint })
  }
  const locked = here(lock) ? takeLock(join(root, lock), settings) : null
  const sets = (options.set ?? []).map(parseSet)
  const above = { env: options.env ?? process.env, profiles: options.profiles ?? [], vars: varsIn(sets) }
  if (here(yaml)) takeSettings(join(root, yaml), yaml, above, settings)
  else settings.problems.push(...above.profiles.map((name) => noProfile(name, [], { file: '--profile' })))
  if (file) takeFile(await readConfig(join(root, file), file), file, settings)
  for (const set of sets) takeSet(set, settings)

  const src = settings.get('src', [here('src') ? 'src' : '.'])
  const config = configOf(root, src, settings, options)
  const { installed, warnings } = locked ? installedOf(locked, config) : { installed: [], warnings: [] }
  const replacements = [...config.replacements, ...installed]
  return { config: { ...config, replacements }, problems: settings.problems, warnings: [...settings.warnings, ...warnings] }
}

const configOf = (root: string, src: readonly string[], settings: Settings, options: ConfigOptions): Config => ({
  root,
  name: settings.get('name', null),
  src: src.map((path) => resolve(root, path)),
  replacements: Object.entries(settings.get<Record<string, string>>('replacements', {})).map(([module, path]) => ({
    module,
    path: resolve(root, path),
  })),
  logger: { level: settings.get('logger.level', 'info'), encoding: settings.get('logger.encoding', 'console') },
  limits: {
    memoryBytes: settings.get('limits.memory', 32 * 1024 ** 2),
    fuel: settings.get('limits.fuel', 100_000),
    hardFuel: settings.get('limits.hardFuel', 600_000),
    mailboxMessages: settings.get('limits.mailbox.messages', 10_000),
    mailboxBytes: settings.get('limits.mailbox.size', 8 * 1024 ** 2),
  },
  state: resolve(root, settings.get('state', '.wippy')),
  registry: { history: settings.get('registry.history', 'durable'), keep: settings.get('registry.keep', KEEP) },
  security: { strict: settings.get('security.strict', false), generated: settings.get('security.generated', 'nothing') },
  typeSystem: { enabled: settings.get('lua.typeSystem.enabled', false), strict: settings.get('lua.typeSystem.strict', false) },
  override: [...settings.get<readonly Override[]>('override', []), ...(options.override ?? []).map(parseOverride)],
  disable: {
    namespaces: settings.get('disable.namespaces', []),
    entries: settings.get('disable.entries', []),
    meta: settings.get('disable.meta', {}),
  },
  control: {
    listen: settings.get('control.listen', null),
    token: settings.get('control.token', (options.env ?? process.env).WIPPY_CONTROL_TOKEN ?? ''),
  },
  shutdown: { timeoutMs: settings.get('shutdown.timeout', 30_000) },
  sections: withWorkflow(settings.get('sections', {}), settings.get('workflow', {})),
})

/** Sections with the settings of workflows, which come under a name of their own and as a section. */
const withWorkflow = (sections: Fields, workflow: Fields): Fields =>
  Object.keys(workflow).length === 0 ? sections : { ...sections, workflow: laidOver(workflow, sections.workflow) }

/** The configuration of no app: defaults, nothing read and nothing kept. */
export const bareConfig = (root: string): Config => ({
  ...configOf(root, [], new Settings(TABLE), { env: {} }),
  registry: { history: 'none', keep: KEEP },
})
