// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders are what this is about

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { WippyError } from '../../src/error.ts'
import { interpolate, placeholders } from '../../src/registry/interpolate.ts'
import { load } from '../../src/registry/source.ts'
import { effort } from '../support/effort.ts'
import { directoryWith, entry } from './scratch.ts'

const test = suite('interpolate')

const ENV: Record<string, string> = { HOST: 'db.local', PORT: '5432', DEBUG: 'true', 'app.env:token': 's3cret' }
const value = (text: unknown) => (interpolate(entry('a:b', 'k', { x: text }), (name) => ENV[name]) as { x: unknown }).x
const fails = (text: string, code: string) =>
  assert.throws(
    () => value(text),
    (error: unknown) => error instanceof WippyError && error.code === code,
    text,
  )

test('a field that is one placeholder takes the type of its default', () => {
  assert.is(value('${env:PORT|80}'), 5432)
  assert.is(value('${env:PORT|x}'), '5432')
  assert.is(value('${env:PORT}'), '5432')
  assert.is(value('${env:DEBUG|false}'), true)
  assert.is(value('${env:NONE|1.5}'), 1.5)
  assert.is(value('${env:NONE|}'), '')
  fails('${env:HOST|80}', 'ENV_TYPE')
})

test('mixed text stays text', () => {
  assert.is(value('tcp://${env:HOST}:${env:PORT|80}/${env:NONE|main}'), 'tcp://db.local:5432/main')
})

test('an entry id is as good as a public name', () => {
  assert.is(value('Bearer ${env:app.env:token}'), 'Bearer s3cret')
})

test('the short form needs a default; a bare ${NAME} is left alone', () => {
  assert.is(value('${PORT|80}'), 5432)
  assert.is(value('${HOST}'), '${HOST}')
  assert.is(value('${lower|x}'), '${lower|x}')
})

test('$${ is a written ${', () => {
  assert.is(value('$${env:HOST}'), '${env:HOST}')
  assert.is(value('$${env:HOST} ${env:HOST}'), '${env:HOST} db.local')
})

test('nothing set and no default is an error that names the field', () => {
  fails('${env:NONE}', 'ENV_MISSING')
  fails('x ${env:NONE} y', 'ENV_MISSING')
})

test('lists and maps are walked, the entry keeps its placeholders', () => {
  const data = { list: ['${env:HOST}', { deep: '${env:PORT|1}' }], n: 4 }
  const made = entry('a:b', 'k', data)
  assert.equal(
    interpolate(made, (name) => ENV[name]),
    { list: ['db.local', { deep: 5432 }], n: 4 },
  )
  assert.equal(made.data, data)
  assert.equal([...placeholders(made)], ['HOST', 'PORT'])
})

test('field_env beside a field fills it when the variable is set', () => {
  const made = entry('a:b', 'k', { host_env: 'HOST', port: 1, port_env: 'NONE', default_env: { A: 'b' } })
  assert.equal(
    interpolate(made, (name) => ENV[name]),
    { host: 'db.local', host_env: 'HOST', port: 1, port_env: 'NONE', default_env: { A: 'b' } },
  )
})

test('Lua source and included files are not ours to change', () => {
  const lua = 'return "${env:HOST}"'
  assert.equal(
    interpolate(entry('a:b', 'function.lua', { source: lua }), (name) => ENV[name]),
    { source: lua },
  )
  const directory = directoryWith({ '_index.yaml': 'namespace: a\nname: b\nkind: k\ntext: file://t\nhost: "${env:HOST}"\n', t: lua })
  assert.equal(
    interpolate(load(directory).entries[0]!, (name) => ENV[name]),
    { text: lua, host: 'db.local' },
  )
})

test('no text takes long to search', () => {
  const ms = effort(() => {
    value('${env:'.repeat(50_000))
    value(`\${env:A|${'x'.repeat(300_000)}`)
  })
  assert.ok(ms < 1000, `${ms} ms`)
})

test.run()
