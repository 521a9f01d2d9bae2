// The host half of `yaml`.

import { Kind, WippyError } from '../error.ts'
import { isFields } from '../registry/entry.ts'
import { valueOfYaml, yamlOf } from '../registry/yaml-text.ts'
import type { Service } from './service.ts'

const invalid = (message: string): WippyError => new WippyError('YAML_ARGUMENT', Kind.Invalid, message, { retryable: false })

export const yamlService = (): Service => ({
  name: 'yaml',
  operations: {
    'yaml.decode': ({ args: [text] }) => {
      if (typeof text !== 'string') throw invalid('a YAML document is text in UTF-8')
      return [valueOfYaml(text)]
    },
    'yaml.encode': ({ args: [value, options] }) => {
      const { field_order: first, sort_unordered: sorted } = isFields(options) ? options : {}
      const names = Array.isArray(first) ? first.filter((name): name is string => typeof name === 'string') : []
      return [yamlOf(value, { first: names, sorted: sorted === true })]
    },
  },
})
