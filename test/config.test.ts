// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders in entries and settings look like that

import { join, relative } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type ConfigOptions, type Configured, loadConfig } from '../src/config.ts'
import { describe, WippyError } from '../src/error.ts'
import { codes, directoryWith } from './registry/scratch.ts'

const test = suite('config')

const INDEX = { 'src/_index.yaml': 'namespace: app\nentries: []\n' }

const refusal = async (work: Promise<unknown>): Promise<WippyError> => {
  try {
    await work
  } catch (error) {
    if (error instanceof WippyError) return error
    throw error
  }
  throw new Error('it was not refused')
}

test('a directory with src is an app, with defaults', async () => {
  const root = directoryWith(INDEX)
  const { config, problems, warnings } = await loadConfig(root)
  assert.equal([problems, warnings], [[], []])
  assert.equal(config, {
    root,
    name: null,
    src: [join(root, 'src')],
    replacements: [],
    logger: { level: 'info', encoding: 'console' },
    limits: { memoryBytes: 33_554_432, fuel: 100_000, hardFuel: 600_000, mailboxMessages: 10_000, mailboxBytes: 8_388_608 },
    state: join(root, '.wippy'),
    registry: { history: 'durable', keep: 10_000 },
    security: { strict: false, generated: 'nothing' },
    typeSystem: { enabled: false, strict: false },
    override: [],
    disable: { namespaces: [], entries: [], meta: {} },
    control: { listen: null, token: '' },
    shutdown: { timeoutMs: 30_000 },
    sections: {},
  })
})

test('an _index.yaml here is an app too', async () => {
  const root = directoryWith({ '_index.yaml': 'namespace: app\nentries: []\n' })
  assert.equal((await loadConfig(root)).config.src, [root])
})

test('nothing at all is one clear error', async () => {
  const error = await refusal(loadConfig(directoryWith({ 'README.md': '' })))
  assert.is(error.code, 'CONFIG_NOT_FOUND')
  assert.match(error.hint ?? '', 'wippy init')
})

test('wippy.config.ts says what differs from the defaults, in units people write', async () => {
  const root = directoryWith({
    'wippy.config.ts': `
      type Words = string[]
      const src: Words = ['./app', './more']
      export default {
        name: 'alpha', src, replacements: { 'org/mod': './modules/mod' },
        logger: { level: 'debug' },
        limits: { memory: '64MiB', fuel: 5000, mailbox: { messages: 10, size: '1M' } },
        security: { strict: true },
        override: { 'app:gateway:addr': ':9090' },
        disable: { namespaces: ['app.test.**'] },
        shutdown: { timeout: '1m30s' },
        sections: { http: { port: 1 } },
      }`,
  })
  const { config, problems, warnings } = await loadConfig(root, { override: ['app:gateway:host.workers=4'] })
  assert.equal([problems, warnings], [[], []])
  assert.equal(
    config.src.map((path) => relative(root, path)),
    ['app', 'more'],
  )
  assert.equal(config.replacements, [{ module: 'org/mod', path: join(root, 'modules/mod') }])
  assert.equal(
    [config.name, config.logger, config.security],
    ['alpha', { level: 'debug', encoding: 'console' }, { strict: true, generated: 'nothing' }],
  )
  assert.equal(config.limits, { memoryBytes: 67_108_864, fuel: 5000, hardFuel: 600_000, mailboxMessages: 10, mailboxBytes: 1_048_576 })
  assert.equal(
    config.override.map(({ id, path, value }) => [id, path, value]),
    [
      ['app:gateway', 'addr', ':9090'],
      ['app:gateway', 'host.workers', 4],
    ],
  )
  assert.equal([config.disable.namespaces, config.shutdown.timeoutMs, config.sections], [['app.test.**'], 90_000, { http: { port: 1 } }])
})

test('a setting that cannot be is a problem and its default stands in; so is one that there is not', async () => {
  const root = directoryWith({
    ...INDEX,
    'wippy.config.ts': `export default { limits: { memory: 'lots', feul: 3 }, logger: 'loud', security: { strict: 'yes' }, override: { 'x': 1 } }`,
  })
  const { config, problems, warnings } = await loadConfig(root)
  assert.equal(codes(problems), ['SIZE_INVALID', 'CONFIG_KEY', 'CONFIG_VALUE', 'CONFIG_VALUE', 'OVERRIDE_INVALID'])
  assert.match(describe(problems[0]), 'wippy.config.ts: limits.memory: ')
  assert.is(config.limits.memoryBytes, 33_554_432)
  assert.equal(warnings, [])
  assert.is(problems[1]?.hint, 'Did you mean "limits.fuel"?')
})

const keysIn = ({ problems }: Configured) =>
  problems.filter(({ code }) => code === 'CONFIG_KEY').map(({ message, hint = '' }) => `${message}: ${hint}`)

test('a slip in a name is a problem wherever it is made, and the name that was meant is said', async () => {
  const config = `export default {
    limts: { memory: 1 }, workflow: { kpet: 1, checkpoint: { sizes: 2 } },
    sections: { own: { x: 1 }, otel: { enabld: true }, promtheus: {} },
  }`
  assert.equal(keysIn(await loadConfig(directoryWith({ ...INDEX, 'wippy.config.ts': config }))), [
    '"limts" is not a setting: Did you mean "limits"?',
    '"sections.otel.enabld" is not a setting: Did you mean "enabled"?',
    '"sections.promtheus" is not a setting: Did you mean "prometheus"?',
    '"workflow.kpet" is not a setting: Did you mean "kept"?',
    '"workflow.checkpoint.sizes" is not a setting: Did you mean "size"?',
  ])
  const yaml = `disable: {entires: [a]}
lua: {type_system: {strcit: true}}
otel: {headers: {anything: x}}
workflow: {kept: 5}
profiles: {dev: {disable: {entries.add: [b], meta: {any: x}, entres.add: [c]}, shutdwn: {timeout: 1s}}}
`
  const read = await loadConfig(directoryWith({ ...INDEX, '.wippy.yaml': yaml }))
  assert.equal(keysIn(read), [
    '"disable.entires" is not a setting: Did you mean "entries"?',
    '"lua.type_system.strcit" is not a setting: Did you mean "strict"?',
    '"profiles.dev.shutdwn" is not a setting: Did you mean "shutdown"?',
  ])
  assert.equal(codes(read.warnings), ['CONFIG_KEY'])
})

test('--set takes settings of ours, those of sections that are known, and what a file has a section for; nothing else', async () => {
  const root = directoryWith({ ...INDEX, 'wippy.config.json': '{"sections": {"http": {"port": 1}}}' })
  const said = async (...set: string[]) => {
    const configured = await loadConfig(root, { set })
    return configured.problems.length > 0 ? keysIn(configured) : configured.config.sections
  }
  assert.equal(await said('limts.memory=1', 'loger.level=info', 'logger.levl=info', 'workflow.kpet=1', 'nonsense.of.mine=1', 'sttae=x'), [
    '"limts.memory" is not a setting: Did you mean "limits.memory"?',
    '"loger.level" is not a setting: Did you mean "logger.level"?',
    '"logger.levl" is not a setting: Did you mean "logger.level"?',
    '"workflow.kpet" is not a setting: Did you mean "workflow.kept"?',
    `"nonsense.of.mine" is not a setting: Settings are ${SETTINGS}.`,
    '"sttae" is not a setting: Did you mean "state"?',
  ])
  assert.equal(await said('http.prot=2', 'cluster.raft.any=3', 'otel.headers.x-key=k', 'vars.mine=1'), {
    http: { port: 1, prot: 2 },
    cluster: { raft: { any: 3 } },
    otel: { headers: { 'x-key': 'k' } },
    vars: { mine: 1 },
  })
})

const SETTINGS =
  'name, src, replacements, logger.level, logger.encoding, limits.memory, limits.fuel, limits.hardFuel, limits.mailbox.messages, limits.mailbox.size, state, registry.history, registry.keep, security.strict, security.generated, lua.typeSystem.enabled, lua.typeSystem.strict, override, disable.namespaces, disable.entries, disable.meta, control.listen, control.token, shutdown.timeout, workflow, sections'

test('a size without its unit, and a folder without a name, are problems', async () => {
  const { problems } = await loadConfig(directoryWith(INDEX), {
    set: ['limits.memory=64', 'limits.mailbox.size=8', 'state=', 'limits.memory=1MiB'],
  })
  assert.equal(
    problems.map(({ message, hint }) => [message, hint]),
    [
      ['limits.memory: 64 is too small', 'Write 1024KiB or more, with a unit: a number alone counts bytes.'],
      ['limits.mailbox.size: 8 is too small', 'Write 1KiB or more, with a unit: a number alone counts bytes.'],
      ["state: '' is not text with something in it", undefined],
    ],
  )
})

test('one setting of workflows that is set leaves the others as the files say them', async () => {
  const workflow = `{ kept: 5, checkpoint: { records: 7, size: '1MiB' }, retention: { ended: '1d' } }`
  const root = directoryWith({ ...INDEX, 'wippy.config.ts': `export default { workflow: ${workflow} }` })
  const { config } = await loadConfig(root, { set: ['workflow.checkpoint.records=9', 'workflow.lease=8s'] })
  const checkpoint = { records: 9, size: '1MiB' }
  assert.equal(config.sections.workflow, { kept: 5, checkpoint, retention: { ended: '1d' }, lease: '8s' })
})

test('a wippy.config.ts that cannot be run, or exports nothing', async () => {
  const broken = await refusal(loadConfig(directoryWith({ 'wippy.config.ts': 'export default {\n  src: \n}\n' })))
  assert.equal([broken.code, broken.where?.file], ['CONFIG_UNREADABLE', 'wippy.config.ts'])
  const thrown = await refusal(loadConfig(directoryWith({ 'wippy.config.ts': '\nthrow new Error("no")\n' })))
  assert.equal([thrown.code, thrown.where?.line], ['CONFIG_UNREADABLE', 2])
  assert.is((await refusal(loadConfig(directoryWith({ 'wippy.config.ts': 'export const x = 1\n' })))).code, 'CONFIG_SHAPE')
})

test('an upstream app is read from wippy.lock and .wippy.yaml', async () => {
  const root = directoryWith({
    'wippy.lock': 'directories:\n  modules: .wippy\n  src: ./code\nreplacements:\n  - from: org/mod\n    to: ./mod\n',
    '.wippy.yaml': `version: "1.0"
logger: {encoding: json}
logmanager: {min_level: 1}
security: {strict_mode: true}
relay: {node_name: "\${env:NODE|local}-\${stage}"}
shutdown: {timeout: 5s}
vars: {stage: test}
override:
  app:gateway:addr: ":1"
disable: {entries: ["app:x"], meta: {type: test, scope: [dev, e2e]}}
prometheus: {enabled: true, address: "localhost:9090"}
`,
  })
  const { config, problems, warnings } = await loadConfig(root, { env: { NODE: 'n1' } })
  assert.equal([problems, warnings], [[], []])
  assert.equal([config.src, config.replacements], [[join(root, 'code')], [{ module: 'org/mod', path: join(root, 'mod') }]])
  assert.equal([config.name, config.logger], ['n1-test', { level: 'warn', encoding: 'json' }])
  assert.equal([config.security.strict, config.shutdown.timeoutMs], [true, 5000])
  assert.equal(config.disable, { namespaces: [], entries: ['app:x'], meta: { type: ['test'], scope: ['dev', 'e2e'] } })
  assert.equal(config.override[0]?.where, { file: '.wippy.yaml', line: 8, column: 1 })
  assert.equal(config.sections.prometheus, { enabled: true, address: 'localhost:9090' })
})

test('modules of wippy.lock are where they are installed; of the others one warning says how to bring them', async () => {
  const root = directoryWith({
    'wippy.lock': `directories: {modules: .wippy, src: .}
modules:
  - {name: org/replaced, version: 1.0.0}
  - {name: org/plain, version: 1.2.0}
  - {name: org/versioned, version: v2.0.0}
  - {name: org/lost, version: 3.0.0}
  - {name: org/gone, version: 4.0.0}
  - {name: wippy/test, version: 0.4.9}
replacements:
  - {from: org/replaced, to: ./mod}
`,
    'mod/_index.yaml': '',
    '.wippy/vendor/org/plain/_index.yaml': '',
    '.wippy/vendor/org/versioned-v2.0.0/_index.yaml': '',
  })
  const { config, problems, warnings } = await loadConfig(root)
  assert.equal(config.replacements, [
    { module: 'org/replaced', path: join(root, 'mod') },
    { module: 'org/plain', path: join(root, '.wippy/vendor/org/plain') },
    { module: 'org/versioned', path: join(root, '.wippy/vendor/org/versioned-v2.0.0') },
  ])
  assert.equal([problems, codes(warnings)], [[], ['MODULE_MISSING']])
  assert.match(warnings[0]?.message ?? '', /org\/lost 3\.0\.0, org\/gone 4\.0\.0$/)
  assert.match(warnings[0]?.hint ?? '', /from: org\/lost.*\.wippy\/vendor\/org\/lost/)
  assert.is(warnings[0]?.where?.line, 6)
})

test('.wippy.yaml: slips, bad values and missing variables are problems with their line; keys that nobody knows are warnings', async () => {
  const root = directoryWith({
    ...INDEX,
    '.wippy.yaml':
      'loger: {}\nlogger:\n  levl: info\n  colour: red\nshutdown:\n  timeout: soon\nrelay:\n  node_name: ${env:NOBODY_SET_THIS}\n',
  })
  const { problems, warnings } = await loadConfig(root, { env: {} })
  assert.equal(
    warnings.map(({ where, hint }) => [where?.line, hint]),
    [[4, 'Known here: encoding, level, mode.']],
  )
  assert.equal(
    problems.map(({ code, where }) => [code, where?.line]),
    [
      ['CONFIG_KEY', 1],
      ['CONFIG_KEY', 3],
      ['CONFIG_VARIABLE', 8],
      ['DURATION_INVALID', 6],
    ],
  )
})

const PROFILES = `vars: {port: 1, host: here}
override: {"app:db:kind": db.sql.sqlite, "app:db:at": "\${host}:\${port}"}
disable: {namespaces: ["old.**"], entries: ["app:x"]}
profiles:
  pg:
    vars: {port: 2}
    override: {"app:db:kind": db.sql.postgres}
    disable: {namespaces.add: ["new.**"], entries.remove: ["app:x"]}
  far: {vars: {port: 3, host: "\${env:NOT_ASKED_FOR}"}}
`

test('profiles are laid over .wippy.yaml in order, and what --set says of vars over those', async () => {
  const root = directoryWith({ ...INDEX, '.wippy.yaml': PROFILES })
  const read = async (options: ConfigOptions) => {
    const { config, problems, warnings } = await loadConfig(root, options)
    assert.equal([codes(problems), codes(warnings)], [[], []])
    return [...config.override.map(({ value }) => value), config.disable.namespaces, config.disable.entries]
  }
  assert.equal(await read({}), ['db.sql.sqlite', 'here:1', ['old.**'], ['app:x']])
  assert.equal(await read({ profiles: ['pg'] }), ['db.sql.postgres', 'here:2', ['old.**', 'new.**'], []])
  assert.equal(await read({ profiles: ['pg', 'far'], env: { NOT_ASKED_FOR: '' }, set: ['vars.host=there'] }), [
    'db.sql.postgres',
    'there:3',
    ['old.**', 'new.**'],
    [],
  ])
})

test('a profile that is nowhere is a problem that names the others', async () => {
  const { problems } = await loadConfig(directoryWith({ ...INDEX, '.wippy.yaml': PROFILES }), { profiles: ['neither'] })
  assert.equal([codes(problems), problems[0]?.hint], [['CONFIG_PROFILE'], 'Profiles here: pg, far.'])
  assert.equal(codes((await loadConfig(directoryWith(INDEX), { profiles: ['pg'] })).problems), ['CONFIG_PROFILE'])
})

test('names that every object has are settings no more than others', async () => {
  const root = directoryWith({
    'src/_index.yaml': 'namespace: app\nentries: []\n',
    '.wippy.yaml': 'constructor: {a: 1}\n__proto__: {src: x}\nprofiles: {dev: {}}\n',
    'wippy.config.json': '{"toString": 1}',
  })
  const { config, problems, warnings } = await loadConfig(root, { profiles: ['__proto__'], set: ['constructor=1', '__proto__.polluted=1'] })
  assert.equal(codes(problems), ['CONFIG_PROFILE', 'CONFIG_KEY'])
  assert.equal(codes(warnings), ['CONFIG_KEY', 'CONFIG_KEY'])
  assert.is(config.src[0], join(root, 'src'))
  assert.is(({} as Record<string, unknown>).polluted, undefined)
})

test('wippy.config.ts wins over .wippy.yaml, and that over wippy.lock', async () => {
  const root = directoryWith({
    'wippy.lock': 'directories: {src: ./from-lock}\n',
    '.wippy.yaml': 'relay: {node_name: from-yaml}\nshutdown: {timeout: 9s}\n',
    'wippy.config.ts': `export default { name: 'from-ts' }`,
  })
  const { config } = await loadConfig(root)
  assert.equal([config.name, config.src, config.shutdown.timeoutMs], ['from-ts', [join(root, 'from-lock')], 9000])
})

test('files that are not YAML are problems, not exceptions', async () => {
  const { problems } = await loadConfig(directoryWith({ ...INDEX, 'wippy.lock': 'a: [', '.wippy.yaml': '- a\n' }))
  assert.equal(codes(problems), ['YAML_INVALID', 'CONFIG_SHAPE'])
})

test('what upstream calls the history is understood: its type, its path, whether there is one', async () => {
  const read = async (registry: string) => {
    const root = directoryWith({ ...INDEX, '.wippy.yaml': `registry: { ${registry} }\n` })
    const { config, problems, warnings } = await loadConfig(root)
    assert.equal([problems, warnings], [[], []])
    return [config.registry.history, relative(root, config.state)]
  }
  assert.equal(await read('history_type: sqlite, history_path: data/registry.db'), ['durable', 'data'])
  assert.equal(await read('history_type: memory'), ['memory', '.wippy'])
  assert.equal(await read('history_type: nil'), ['none', '.wippy'])
  assert.equal(await read('enable_history: true'), ['memory', '.wippy'])
  assert.equal(await read('enable_history: true, history_type: sqlite'), ['durable', '.wippy'])
  assert.equal(await read('enable_history: false'), ['none', '.wippy'])
})

test.run()
