// What `yaml` does, here or in its thread.

import { Kind, WippyError } from '../error.ts'
import { isFields } from '../registry/entry.ts'
import { valueOfYaml, yamlOf } from '../registry/yaml-text.ts'
import type { TextOperation } from '../text/operation.ts'

const invalid = (message: string): WippyError => new WippyError('YAML_ARGUMENT', Kind.Invalid, message, { retryable: false })

const decode: TextOperation = (_, [text]) => {
  if (typeof text !== 'string') throw invalid('a YAML document is text in UTF-8')
  return [valueOfYaml(text)]
}

const encode: TextOperation = (_, [value, options]) => {
  const { field_order: first, sort_unordered: sorted } = isFields(options) ? options : {}
  const names = Array.isArray(first) ? first.filter((name): name is string => typeof name === 'string') : []
  return [yamlOf(value, { first: names, sorted: sorted === true })]
}

export const yamlOperations = { decode, encode }
