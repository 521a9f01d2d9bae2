// The host half of `html`: see src/text/.

import type { Service } from './service.ts'
import { threaded } from './text-thread.ts'

export const htmlService = (): Service => threaded('html', ['pattern', 'sanitize'])
