// Profiles: named parts of a configuration that are laid over the rest when they are asked for.

import { type Fields, isFields } from './entry.ts'

/** What `below` says, and over it, value by value, what `above` says. */
export const laidOver = (below: unknown, above: unknown): unknown => {
  if (!isFields(below) || !isFields(above)) return above === undefined ? below : above
  return { ...below, ...Object.fromEntries(Object.entries(above).map(([key, value]) => [key, laidOver(below[key], value)])) }
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** `NAME.add` and `NAME.remove` next to lists change them; everything else stays as it is. */
const withListsChanged = (section: Fields): Fields => {
  const changed: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(section)) if (!/\.(add|remove)$/.test(key)) changed[key] = value
  for (const [key, value] of Object.entries(section)) {
    const [, name, verb] = /^(.+)\.(add|remove)$/.exec(key) ?? []
    if (name === undefined) continue
    const before = listOf(changed[name])
    changed[name] = verb === 'add' ? [...before, ...listOf(value)] : before.filter((one) => !listOf(value).includes(one))
  }
  return changed
}

/** Sections of a configuration with a profile over them; of `disable` the profile may also say what its lists get more and less of. */
export const withProfile = (sections: Fields, profile: Fields): Fields => {
  const merged = laidOver(sections, profile) as Fields
  return isFields(merged.disable) ? { ...merged, disable: withListsChanged(merged.disable) } : merged
}
