// The loader of entry files: a file is entries and problems with places, whatever stands in it.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { WippyError } from '../../../src/error.ts'
import { load } from '../../../src/registry/source.ts'
import { valueOfYaml } from '../../../src/registry/yaml-text.ts'
import { directoryWith } from '../../registry/scratch.ts'
import type { Target } from '../fuzz.ts'

const utf8 = new TextEncoder()
const FILE = `version: "1.0"
namespace: app.api
meta: { comment: &x "a: b", list: [1, 0600, 1e3, 9007199254740993] }
entries:
  - name: one
    kind: function.lua
    source: file://one.lua
    modules: [time, "json"]
    meta: { type: tool, again: *x }
  - { name: two, kind: registry.entry, text: "\\u0041\\n", nested: { a: { b: [null, true, ~] } } }
  - name: three
    kind: ns.definition
    readme: |
      lines
        of text
    folded: >-
      more
`
const WORDS = [
  'namespace: app',
  'entries:',
  '- name: a',
  'kind: function.lua',
  'source: file://../../x',
  '- ',
  ': ',
  '? ',
  '[',
  ']',
  '{',
  '}',
  '&a',
  '*a',
  '!!binary',
  '!<x>',
  '|',
  '>',
  '"',
  "'",
  '#',
  '---',
  '...',
  '%YAML 1.2',
  '<<: *a',
  '__proto__: 1',
  'constructor: {}',
  '\t',
  '\n',
  '\n  ',
  '\n    ',
  '\r\n',
  '\u0000',
  '\u2028',
  '~',
  '0x1',
  '-.inf',
  '.nan',
]
const directory = directoryWith({ 'one.lua': 'return 1' })

export const target: Target = {
  seeds: [utf8.encode(FILE), utf8.encode(JSON.stringify({ namespace: 'a', entries: [{ name: 'x', kind: 'y', data: [1, { z: null }] }] }))],
  make: (random) => utf8.encode(Array.from({ length: random.below(60) }, () => random.of(WORDS)).join('')),
  run: (input) => {
    writeFileSync(join(directory, '_index.yaml'), input)
    for (const problem of load(directory).problems) {
      if (!(problem instanceof WippyError) || problem.code === 'INTERNAL') throw problem
    }
    try {
      valueOfYaml(new TextDecoder().decode(input))
    } catch (error) {
      if (!(error instanceof WippyError)) throw error
    }
  },
}
