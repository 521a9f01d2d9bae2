// The architecture, as data. `may.x` lists every folder of src/ that src/x may import besides itself; everybody may import the words.

import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const may: Readonly<Record<string, readonly string[]>> = {
  words: [],
  kernel: [],
  security: [],
  lmdb: [],
  lua: [],
  template: [],
  vm: ['kernel'],
  workflow: ['kernel', 'lmdb'],
  registry: ['lmdb', 'lua'],
  sql: [],
  otel: [],
  cloud: [],
  sheet: [],
  text: [],
  store: ['lmdb'],
  service: ['kernel', 'lmdb', 'registry', 'security', 'workflow', 'lua', 'template', 'sql', 'store', 'text', 'otel', 'cloud', 'sheet'],
  plugin: ['service', 'registry', 'security', 'lmdb'],
  http: ['service', 'registry', 'kernel', 'otel'],
  app: ['kernel', 'vm', 'lmdb', 'lua', 'registry', 'security', 'workflow', 'service', 'plugin', 'http', 'sql', 'store', 'otel'],
  bench: ['kernel', 'vm', 'lmdb', 'registry', 'workflow', 'service', 'app'],
  control: ['app', 'kernel', 'service', 'registry', 'plugin', 'lmdb'],
  mcp: ['app', 'control', 'registry'],
  cli: ['app', 'control', 'mcp', 'plugin', 'bench', 'lua', 'lmdb'],
}
/** No node:*, no package but one they own, no clock. */
const pure = ['words', 'kernel', 'security', 'lua', 'template']
/** What a pure layer may have all the same: data in, data out. */
const harmless: Readonly<Record<string, readonly string[]>> = { words: ['node:buffer'] }
/** The only folders that import a package. */
const owners: Readonly<Record<string, readonly string[]>> = {
  lmdb: ['lmdb'],
  msgpackr: ['words'],
  yaml: ['registry'],
  croner: ['workflow'],
  pg: ['workflow', 'sql'],
  mysql2: ['sql'],
  redis: ['store'],
  aws4fetch: ['cloud'],
  fflate: ['sheet'],
  saxen: ['sheet'],
  '@rgrove/parse-xml': ['cloud'],
  re2js: ['text'],
  'diff-match-patch': ['text'],
  'sanitize-html': ['text'],
  marked: ['text'],
  'web-tree-sitter': ['text'],
  ws: ['http'],
  '@oclif/core': ['cli'],
  'opentype.js': ['bench'],
  '@bytecodealliance/jco': ['plugin'],
  '@modelcontextprotocol/sdk': ['mcp'],
}
/** Files at the root of src/ that are no words. */
const roots: Readonly<Record<string, string>> = { 'app.ts': 'app', 'config.ts': 'app', 'index.ts': 'app' }

const source = join(import.meta.dirname, '..', 'src')
const imports = /(?:^\s*import\s|\bimport\(\s*|^\s*(?:import|export)\b[^'"]*\bfrom\s+)['"]([^'"]+)['"]/gm
const ambient = /\b(?:setTimeout|setInterval|setImmediate|performance|Date|process\.(?:env|nextTick|hrtime)|Math\.random)\b/

const layerOf = (file: string): string => {
  const [head = '', ...rest] = relative(source, file).split(sep)
  return rest.length > 0 ? head : (roots[head] ?? 'words')
}

const packageOf = (name: string): string => name.split('/', name.startsWith('@') ? 2 : 1).join('/')

/** Code without its comments. */
const codeOf = (text: string): string => text.replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, '')

const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => join(source, name))

const test = suite('layers')

for (const file of files) {
  const name = relative(source, file)
  const here = layerOf(file)
  const code = codeOf(readFileSync(file, 'utf8'))

  test(`${name} imports downwards only`, () => {
    const allowed = may[here]
    assert.ok(allowed, `src/${here} is not a layer`)
    for (const [, path = ''] of code.matchAll(imports)) {
      if (path.startsWith('.')) {
        const there = layerOf(join(file, '..', path))
        assert.ok(there === here || there === 'words' || allowed.includes(there), `${here} may not import ${there} (${path})`)
        assert.match(path, /\.ts$/, `${path} lacks its ending`)
      } else {
        const owner = owners[packageOf(path)]
        assert.ok(!owner || owner.includes(here), `only ${owner?.join(' and ')} may import ${path}`)
        assert.ok(owner || !pure.includes(here) || harmless[here]?.includes(path), `${here} is pure and may not import ${path}`)
      }
    }
  })

  if (here === 'kernel') {
    test(`${name} has no clock, no timer and no chance of its own`, () => assert.not.match(code, ambient))
  }
}

test('the kernel is there', () => assert.ok(files.some((file) => layerOf(file) === 'kernel')))

test.run()
