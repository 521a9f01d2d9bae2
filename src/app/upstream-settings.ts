// What the files of an upstream app set: `wippy.lock` and `.wippy.yaml`, under the names that settings have here.

import { dirname } from 'node:path'
import type { Where } from '../error.ts'
import { type Fields, isFields } from '../registry/entry.ts'
import type { Settings } from '../registry/settings.ts'
import { type Above, readLock, readSettings } from '../registry/wippy-files.ts'

const LOG_LEVELS = ['debug', 'info', 'warn', 'error']

/** What upstream calls histories. */
export const UPSTREAM_HISTORIES: Readonly<Record<string, 'durable' | 'none'>> = { sqlite: 'durable', postgres: 'durable', nil: 'none' }

/** `[{ from, to }]`, or a map, as `{ from: to }`. */
const replacementsIn = (value: unknown): unknown =>
  Array.isArray(value) ? Object.fromEntries(value.filter(isFields).map(({ from, to }) => [String(from), to])) : value

/** Takes what `wippy.lock` says. */
export const takeLock = (path: string, settings: Settings): void => {
  const { fields, problems, warnings, where } = readLock(path, 'wippy.lock')
  settings.problems.push(...problems)
  settings.warnings.push(...warnings)
  if (isFields(fields.directories)) settings.put('src', fields.directories.src, where(['directories', 'src']))
  settings.put('replacements', replacementsIn(fields.replacements), where(['replacements']))
}

/** Sections of `.wippy.yaml` that are settings of ours, and under which name. */
const OURS: readonly (readonly [section: string, key: string, path: string])[] = [
  ['logger', 'level', 'logger.level'],
  ['logger', 'encoding', 'logger.encoding'],
  ['security', 'strict_mode', 'security.strict'],
  ['registry', 'history_type', 'registry.history'],
  ['relay', 'node_name', 'name'],
  ['disable', 'namespaces', 'disable.namespaces'],
  ['disable', 'entries', 'disable.entries'],
  ['disable', 'meta', 'disable.meta'],
  ['shutdown', 'timeout', 'shutdown.timeout'],
]

/** `enable_history: true` alone is upstream's history in memory; `history_path` is a file in the folder that is the state's to us. */
const takeHistory = (
  { enable_history: enabled, history_path: path }: Fields,
  where: (path: readonly string[]) => Where,
  settings: Settings,
): void => {
  if (typeof enabled === 'boolean') settings.put('registry.history', enabled ? 'memory' : 'none', where(['registry', 'enable_history']))
  if (typeof path === 'string') settings.put('state', dirname(path), where(['registry', 'history_path']))
}

/** Takes what `.wippy.yaml`, or the file in its place, says. */
export const takeSettings = (path: string, file: string, above: Above, settings: Settings): void => {
  const { fields, problems, warnings, where } = readSettings(path, file, above)
  settings.problems.push(...problems)
  settings.warnings.push(...warnings)
  const minimum = isFields(fields.logmanager) ? LOG_LEVELS[Number(fields.logmanager.min_level) + 1] : undefined
  settings.put('logger.level', minimum, where(['logmanager', 'min_level']))
  if (isFields(fields.registry)) takeHistory(fields.registry, where, settings)
  for (const [section, key, name] of OURS) {
    const inner = fields[section]
    if (isFields(inner)) settings.put(name, inner[key], where([section, key]))
  }
  settings.put('override', fields.override ?? undefined, where(['override']))
  if (isFields(fields.workspace))
    settings.put('replacements', replacementsIn(fields.workspace.replacements), where(['workspace', 'replacements']))
  settings.put('sections', fields, where([]))
}

/** Whether a section is one of upstream's that has settings of ours. */
export const isUpstream = (section: string): boolean => OURS.some(([known]) => known === section)

/** The setting of ours that upstream calls `section.key`. */
export const settingFor = (path: string): string | undefined => OURS.find(([section, key]) => `${section}.${key}` === path)?.[2]
