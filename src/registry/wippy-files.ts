// `wippy.lock` and `.wippy.yaml`: the two files an upstream app is configured by, read as they are.
//
// Neither throws: what is wrong is a problem with its place; keys nobody knows are warnings.

import { readFileSync } from 'node:fs'
import { Kind, type Where, WippyError } from '../error.ts'
import { didYouMean } from '../suggest.ts'
import { type Document, type Key, readDocument } from './document.ts'
import { type Fields, isFields } from './entry.ts'
import { mapStrings } from './include.ts'
import { withProfile } from './profile.ts'

export type Settings = {
  readonly fields: Fields
  readonly problems: readonly WippyError[]
  readonly warnings: readonly WippyError[]
  where(path: readonly Key[]): Where
}

/** Sections and, one level down, their keys; an empty list means any. */
const LOCK: Readonly<Record<string, string>> = {
  version: '',
  directories: 'modules src',
  modules: '',
  options: 'unpack_modules',
  replacements: '',
}
const SETTINGS: Readonly<Record<string, string>> = {
  version: '',
  logger: 'encoding level mode',
  logmanager: 'propagate_downstream stream_to_events min_level',
  profiler: 'enabled address read_timeout write_timeout idle_timeout',
  security: 'strict_mode',
  registry:
    'enable_history history_type history_path history_dsn history_schema event_wait_timeout dependency_resolve_timeout dependency_download_timeout',
  relay: 'node_name',
  supervisor: 'host',
  functions: 'host',
  lua: 'proto_cache_size main_cache_size cache type_system eval expr json',
  finder: 'query_cache_size regex_cache_size',
  otel: '',
  shutdown: 'timeout',
  metrics: 'buffer interceptor',
  prometheus: 'enabled address',
  cluster: '',
  lsp: 'enabled address http_enabled http_address http_path http_allow_origin max_message_bytes',
  network_service: 'state_dir default_network',
  dispatcher: 'http',
  modules: 'registry_url',
  extensions: 'enabled paths',
  override: '',
  disable: 'namespaces entries meta',
  vars: '',
  profiles: '',
  workspace: 'replacements',
}

const unknownKeys = (document: Document, fields: Fields, known: Readonly<Record<string, string>>): WippyError[] => {
  const unknown = (path: readonly string[], names: readonly string[]) =>
    document.problem(
      'CONFIG_KEY',
      path,
      `"${path.join('.')}" is not a setting`,
      didYouMean(path.at(-1)!, names, `Known here: ${names.join(', ')}.`),
    )
  return Object.entries(fields).flatMap(([section, value]) => {
    if (!Object.hasOwn(known, section)) return [unknown([section], Object.keys(known))]
    const keys = known[section]!.split(' ')
    if (keys[0] === '' || !isFields(value)) return []
    return Object.keys(value).flatMap((key) => (keys.includes(key) ? [] : [unknown([section, key], keys)]))
  })
}

const read = (
  path: string,
  file: string,
  known: Readonly<Record<string, string>>,
  fill: (document: Document, problems: WippyError[]) => Fields,
): Settings => {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const message = `the file cannot be read (${(error as NodeJS.ErrnoException).code})`
    const problems = [new WippyError('CONFIG_UNREADABLE', Kind.Unavailable, message, { where: { file } })]
    return { fields: {}, problems, warnings: [], where: () => ({ file }) }
  }
  const document = readDocument(file, text)
  const where = (at: readonly Key[]): Where => ({ file, ...document.spot(at) })
  const problems: WippyError[] = document.fault ? [document.fault] : []
  const { value } = document
  if (document.fault || value === null) return { fields: {}, problems, warnings: [], where }
  if (!isFields(value)) {
    problems.push(document.problem('CONFIG_SHAPE', [], 'the file is not a map', 'Write sections like "logger:" with keys below them.'))
    return { fields: {}, problems, warnings: [], where }
  }
  return { fields: fill(document, problems), problems, warnings: unknownKeys(document, value, known), where }
}

/** Reads a `wippy.lock`; `file` is how people are shown the path. */
export const readLock = (path: string, file: string): Settings => read(path, file, LOCK, (document) => document.value as Fields)

/** What stands above a file of settings. */
export type Above = {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Names of profiles, the last one uppermost. */
  readonly profiles: readonly string[]
  /** Variables, over those of the file and its profiles. */
  readonly vars: Fields
}

/** The problem of a profile that nothing defines. */
export const noProfile = (name: string, known: readonly string[], where: Where): WippyError =>
  new WippyError('CONFIG_PROFILE', Kind.NotFound, `there is no profile "${name}"`, {
    where,
    hint: didYouMean(
      name,
      known,
      known.length > 0 ? `Profiles here: ${known.join(', ')}.` : 'Profiles stand below "profiles:" in .wippy.yaml.',
    ),
  })

/**
 * Reads a `.wippy.yaml` with its profiles laid over it: `${env:NAME}` is the environment's NAME, `${name}` a key of the section `vars`.
 */
export const readSettings = (path: string, file: string, { env, profiles, vars: given }: Above): Settings =>
  read(path, file, SETTINGS, (document, problems) => {
    const { profiles: own, ...base } = document.value as Fields
    const known = isFields(own) ? own : {}
    let fields: Fields = base
    for (const name of profiles) {
      const profile = Object.hasOwn(known, name) ? known[name] : undefined
      if (isFields(profile)) fields = withProfile(fields, profile)
      else problems.push(noProfile(name, Object.keys(known), { file }))
    }
    const vars: Fields = { ...(isFields(fields.vars) && fields.vars), ...given }
    const missing = (at: string, message: string, hint: string): string => {
      const keys = at.split('.').slice(1)
      problems.push(document.problem('CONFIG_VARIABLE', keys, message, hint))
      return ''
    }
    const swap = (text: string, at: string): unknown =>
      text.replace(/\$\{(?:env:([^|}]+)(?:\|([^}]*))?|([A-Za-z_]\w*))\}/g, (_, name?: string, fallback?: string, own?: string) => {
        if (own !== undefined)
          return Object.hasOwn(vars, own) ? String(vars[own]) : missing(at, `there is no variable "${own}"`, 'Define it below "vars:".')
        return (
          env[name!] ??
          fallback ??
          missing(at, `the environment variable ${name} is not set`, `Set it, or write a default: \${env:${name}|…}.`)
        )
      })
    return mapStrings(fields, '', swap) as Fields
  })
