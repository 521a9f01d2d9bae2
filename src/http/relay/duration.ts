import type { Fields } from '../../registry/entry.ts'
import { parseDuration } from '../../registry/units.ts'

/** Milliseconds that a field says, as `30s`; 0 for an empty text; null when it is not there, or no duration. */
export const durationIn = (fields: Fields, name: string): number | null => {
  const { [name]: said } = fields
  try {
    return said === '' ? 0 : said === undefined ? null : parseDuration(said)
  } catch {
    return null
  }
}
