// `--set section.path=value`: a setting of ours under either name, else one of a section.

import { Kind, WippyError } from '../error.ts'
import { type Fields, isFields } from '../registry/entry.ts'
import { coerce } from '../registry/override.ts'
import { isSection, settingPaths, unknownIn } from '../registry/sections.ts'
import type { Settings } from '../registry/settings.ts'
import { didYouMean } from '../suggest.ts'
import { isUpstream, settingFor } from './upstream-settings.ts'

export type Set = { readonly path: string; readonly value: string }

/** Reads `section.path=value`. Throws CONFIG_SET. */
export const parseSet = (text: string): Set => {
  const [, path, value = ''] = /^\s*([\w-]+(?:\.[\w-]+)*)\s*=(.*)$/s.exec(text) ?? []
  if (path !== undefined) return { path, value }
  const hint = 'Write section.path=value, for example logger.level=debug.'
  throw new WippyError('CONFIG_SET', Kind.Invalid, `"${text}" sets nothing`, { hint })
}

/** The variables among what is set: `vars.name=value`. */
export const varsIn = (sets: readonly Set[]): Fields =>
  Object.fromEntries(sets.flatMap(({ path, value }) => (path.startsWith('vars.') ? [[path.slice('vars.'.length), value]] : [])))

/** `fields` with one more value at a path of keys. */
const withValue = (fields: Fields, [key = '', ...rest]: readonly string[], value: unknown): Fields => {
  const inner = Object.hasOwn(fields, key) ? fields[key] : undefined
  return { ...fields, [key]: rest.length === 0 ? value : withValue(isFields(inner) ? inner : {}, rest, value) }
}

/** Takes what is set over everything that files say; a name that is no setting, and in no section that a file has, is a problem. */
export const takeSet = ({ path, value }: Set, settings: Settings): void => {
  const where = { file: '--set' }
  const keys = path.split('.')
  const [head = ''] = keys
  const own = settings.names.includes(path) ? path : settingFor(path)
  const sections = settings.get<Fields>('sections', {})
  const isOwnSection = Object.hasOwn(sections, head) && !isSection(head)
  const isOurs = !isUpstream(head) && settings.names.some((known) => known.startsWith(`${head}.`))
  if (own) settings.put(own, coerce(value), where)
  else if (isOurs) settings.take(withValue({}, keys, coerce(value)), where)
  else if (isOwnSection || unknownIn(withValue({}, keys, value)).length === 0)
    settings.put('sections', withValue(sections, keys, coerce(value)), where)
  else settings.problems.push(notASetting(path, settings.names))
}

const notASetting = (path: string, names: readonly string[]): WippyError => {
  const section = path.slice(0, path.indexOf('.') + 1)
  const below = settingPaths.filter((name) => section !== '' && name.startsWith(section))
  const known = below.length > 0 ? below : names
  const hint = didYouMean(path, [...names, ...settingPaths], `Settings are ${known.join(', ')}.`)
  return new WippyError('CONFIG_KEY', Kind.Invalid, `"${path}" is not a setting`, { where: { file: '--set' }, hint })
}
