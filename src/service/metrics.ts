// The host half of `metrics`.

import { Kind, WippyError } from '../error.ts'
import { isFields } from '../registry/entry.ts'
import type { Labels, Meters } from './meters.ts'
import type { Call, Operation, Service } from './service.ts'

const numberIn = (value: unknown): number => {
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw new WippyError('METRICS_ARGUMENT', Kind.Invalid, 'a value is a number', { retryable: false })
}

/** Those whose values are text; others are left out. */
const labelsIn = (value: unknown): Labels =>
  isFields(value) ? Object.fromEntries(Object.entries(value).filter((pair): pair is [string, string] => typeof pair[1] === 'string')) : {}

export const metricsService = (meters: Meters): Service => {
  const verb =
    (act: (name: string, value: number, labels: Labels) => void): Operation =>
    ({ target, args: [value, labels] }: Call) => {
      act(target, numberIn(value), labelsIn(labels))
      return [true]
    }

  return {
    name: 'metrics',
    operations: {
      'metrics.count': verb((name, by, labels) => meters.count(name, by, labels)),
      'metrics.set': verb((name, value, labels) => meters.set(name, value, labels)),
      'metrics.shift': verb((name, by, labels) => meters.shift(name, by, labels)),
      'metrics.observe': verb((name, value, labels) => meters.observe(name, value, labels)),
    },
  }
}
