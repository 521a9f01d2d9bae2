// What the files of an upstream app set: `wippy.lock` and `.wippy.yaml`, under the names that settings have here.

import { existsSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { Kind, type Where, WippyError } from '../error.ts'
import { isBuiltin } from '../registry/builtin.ts'
import { type Fields, isFields } from '../registry/entry.ts'
import type { ModuleSource } from '../registry/module-folder.ts'
import type { Settings } from '../registry/settings.ts'
import { type Above, readLock, readSettings } from '../registry/wippy-files.ts'

const LOG_LEVELS = ['debug', 'info', 'warn', 'error']

/** What upstream calls histories. */
export const UPSTREAM_HISTORIES: Readonly<Record<string, 'durable' | 'none'>> = { sqlite: 'durable', postgres: 'durable', nil: 'none' }

/** `[{ from, to }]`, or a map, as `{ from: to }`. */
const replacementsIn = (value: unknown): unknown =>
  Array.isArray(value) ? Object.fromEntries(value.filter(isFields).map(({ from, to }) => [String(from), to])) : value

/** A module that an app needs, as its lock says it. */
export type Locked = { readonly name: string; readonly version: string; readonly where: Where }
/** The modules of a lock, and the directory that installed ones are in. */
export type Lock = { readonly modules: readonly Locked[]; readonly vendor: string }

/** Takes what `wippy.lock` says, and returns what of it is no setting. */
export const takeLock = (path: string, settings: Settings): Lock => {
  const { fields, problems, warnings, where } = readLock(path, 'wippy.lock')
  settings.problems.push(...problems)
  settings.warnings.push(...warnings)
  const directories = isFields(fields.directories) ? fields.directories : {}
  settings.put('src', directories.src, where(['directories', 'src']))
  settings.put('replacements', replacementsIn(fields.replacements), where(['replacements']))
  const modules = (Array.isArray(fields.modules) ? fields.modules : []).flatMap((module, at) => {
    if (!isFields(module) || typeof module.name !== 'string') return []
    return [{ name: module.name, version: String(module.version ?? ''), where: where(['modules', at, 'name']) }]
  })
  const folder = typeof directories.modules === 'string' && directories.modules !== '' ? directories.modules : '.wippy'
  return { modules, vendor: resolve(dirname(path), basename(folder) === 'vendor' ? folder : join(folder, 'vendor')) }
}

/** Those of a lock's modules that are installed, but for those that are replaced; the ones that are not here at all, in one warning. */
export const installedOf = (
  { modules, vendor }: Lock,
  { root, replacements }: { readonly root: string; readonly replacements: readonly ModuleSource[] },
): { readonly installed: readonly ModuleSource[]; readonly warnings: readonly WippyError[] } => {
  const asked = modules.filter(({ name }) => !replacements.some(({ module }) => module === name))
  const found = asked.map(({ name, version }) => {
    const places = [name, `${name}-${version}.wapp`, `${name}-${version}`].map((place) => join(vendor, place))
    return places.find((place) => existsSync(place))
  })
  const missing = asked.filter(({ name }, at) => found[at] === undefined && !isBuiltin(name))
  const installed = asked.flatMap(({ name }, at) => (found[at] === undefined ? [] : [{ module: name, path: found[at] }]))
  const [first] = missing
  if (first === undefined) return { installed, warnings: [] }
  const names = missing.map(({ name, version }) => `${name} ${version}`.trim()).join(', ')
  const message = `modules that the app needs are not here, and there is no hub to fetch them from: ${names}`
  const hint = `Put the sources of each into a directory, and name it in wippy.lock: "replacements: [{ from: ${first.name}, to: DIRECTORY }]". ${relative(root, join(vendor, first.name))} is found as it is.`
  return { installed, warnings: [new WippyError('MODULE_MISSING', Kind.NotFound, message, { where: first.where, hint })] }
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
  if (isFields(fields.lua) && isFields(fields.lua.type_system)) {
    for (const key of ['enabled', 'strict'])
      settings.put(`lua.typeSystem.${key}`, fields.lua.type_system[key], where(['lua', 'type_system', key]))
  }
  settings.put('override', fields.override ?? undefined, where(['override']))
  if (isFields(fields.workspace))
    settings.put('replacements', replacementsIn(fields.workspace.replacements), where(['workspace', 'replacements']))
  settings.put('sections', fields, where([]))
}

/** Whether a section is one of upstream's that has settings of ours. */
export const isUpstream = (section: string): boolean => section === 'lua' || OURS.some(([known]) => known === section)

/** The setting of ours that upstream calls `section.key`. */
export const settingFor = (path: string): string | undefined =>
  /^lua\.type_system\.(?:enabled|strict)$/.test(path)
    ? path.replace('type_system', 'typeSystem')
    : OURS.find(([section, key]) => `${section}.${key}` === path)?.[2]
