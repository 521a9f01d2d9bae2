// The host half of `text`: see src/text/.

import type { Service } from './service.ts'
import { threaded } from './text-thread.ts'

const VERBS = [
  ...['compile', 'match_string', 'find_string', 'find_all_string', 'find_string_submatch', 'find_all_string_submatch'],
  ...['find_string_index', 'find_all_string_index', 'replace_all_string', 'split'],
  ...['compare', 'patch_make', 'patch_apply', 'recursive', 'markdown'],
]

export const textService = (): Service => threaded('text', VERBS)
