// The settings that files of an upstream app may have, by their names, and the names that are none.

import { nearest } from '../suggest.ts'
import { type Fields, isFields } from './entry.ts'

/** Sections and their keys, and keys of those; behind a star, and in a section without keys, anything. */
export type Sections = Readonly<Record<string, string>>

export const LOCK_SECTIONS: Sections = {
  version: '',
  directories: 'modules src',
  modules: '',
  options: 'unpack_modules',
  replacements: '',
}

const SETTING_SECTIONS: Sections = {
  version: '',
  logger: 'encoding level mode',
  logmanager: 'propagate_downstream stream_to_events min_level',
  profiler: 'enabled address read_timeout write_timeout idle_timeout',
  security: 'strict_mode',
  registry:
    'enable_history history_type history_path history_dsn history_schema event_wait_timeout dependency_resolve_timeout dependency_download_timeout',
  relay: 'node_name',
  supervisor: 'host.*',
  functions: 'host.*',
  lua: 'proto_cache_size main_cache_size cache.* type_system.enabled type_system.strict eval.* expr.* json.*',
  finder: 'query_cache_size regex_cache_size',
  otel: 'enabled endpoint protocol insecure headers.* service_name service_version sample_rate propagators traces_enabled metrics_enabled http.enabled http.extract_headers http.inject_headers process.enabled process.trace_lifecycle interceptor.enabled interceptor.order queue.enabled temporal.enabled',
  shutdown: 'timeout',
  metrics: 'buffer.* interceptor.*',
  prometheus: 'enabled address',
  cluster: '',
  lsp: 'enabled address http_enabled http_address http_path http_allow_origin max_message_bytes',
  network_service: 'state_dir default_network',
  dispatcher: 'http.*',
  modules: 'registry_url',
  extensions: 'enabled paths',
  override: '',
  disable: 'namespaces entries meta.*',
  vars: '',
  profiles: '',
  workspace: 'replacements.*',
  workflow: 'engine url database schema lease checkpoint.records checkpoint.size kept retention.ended',
}

const pathsIn = (sections: Sections): readonly string[] =>
  Object.entries(sections).flatMap(([section, keys]) =>
    keys === '' ? [`${section}.*`] : keys.split(' ').map((key) => `${section}.${key}`),
  )

/** How to mend it. */
export const unknownHint = ({ names, meant }: Unknown): string =>
  meant === null ? `Known here: ${names.join(', ')}.` : `Did you mean "${meant}"?`

/** A name that is no setting. */
export type Unknown = {
  readonly path: readonly string[]
  /** Those that could stand there. */
  readonly names: readonly string[]
  /** The one that was meant, when it is nearly that. */
  readonly meant: string | null
}

/** The names in `fields` that are no settings. */
export const unknownIn = (fields: Fields, sections: Sections = SETTING_SECTIONS): Unknown[] => {
  const paths = pathsIn(sections)
  const within = (inner: Fields, above: readonly string[]): Unknown[] => {
    const prefix = above.map((key) => `${key}.`).join('')
    const here = paths.filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length))
    const names = [...new Set(here.map((path) => path.split('.')[0]!))]
    if (names.includes('*')) return []
    return Object.entries(inner).flatMap(([key, value]) => {
      const path = [...above, key]
      if (!names.includes(key)) return [{ path, names, meant: nearest(key, names) }]
      return isFields(value) && !here.includes(key) ? within(value, path) : []
    })
  }
  return within(fields, [])
}

/** The names in profiles that are no settings, as `unknownIn`; of a list of `disable` they may say what it gets more and less. */
export const unknownInProfiles = (profiles: unknown): Unknown[] => {
  if (!isFields(profiles)) return []
  const { profiles: _, ...sections } = SETTING_SECTIONS
  const isChange = ({ path: [section, key = ''], names }: Unknown): boolean =>
    section === 'disable' && /\.(?:add|remove)$/.test(key) && names.includes(key.replace(/\.\w+$/, ''))
  return Object.entries(profiles).flatMap(([name, profile]) => {
    const unknown = isFields(profile) ? unknownIn(profile, sections) : []
    return unknown.filter((one) => !isChange(one)).map((one) => ({ ...one, path: ['profiles', name, ...one.path] }))
  })
}

/** Every setting by its path, but for those that may have any name. */
export const settingPaths: readonly string[] = pathsIn(SETTING_SECTIONS).filter((path) => !path.endsWith('*'))

/** Whether a section is one of those. */
export const isSection = (name: string): boolean => Object.hasOwn(SETTING_SECTIONS, name)
