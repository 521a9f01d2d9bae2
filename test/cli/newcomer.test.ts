// The three quickest things that somebody new does wrong with each command: the answer says how to go on.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { loadCommands } from '../../src/cli/commands/index.ts'
import { directoryWith } from '../registry/scratch.ts'
import { assertPlain, type Ended, HELLO, HELLO_LUA, index, wippy } from './command.ts'
import { here } from './here.ts'
import { KEEPER, KEEPER_LUA, whileRunning } from './running.ts'

const test = suite('what newcomers do wrong')

const WORKFLOW =
  '  - { name: flow, kind: workflow.lua, source: "return { main = function() end }" }\n  - { name: flows, kind: workflow.host }\n'
const app = () =>
  directoryWith({
    'src/_index.yaml': index(KEEPER + HELLO + WORKFLOW),
    'src/hello.lua': HELLO_LUA,
    'src/keeper.lua': KEEPER_LUA,
    'broken.yaml': 'namespace: app\nentries: 1\n',
    'text.txt': 'hello',
  })
const empty = directoryWith({ '.keep': '' })

/** Where it is typed: an app that runs, one that does not, or no app at all. */
type Where = 'running' | 'app' | 'nowhere'
type Mistake = readonly [where: Where, words: string, said: RegExp]

/** Ways on: a sentence behind an arrow, or the help. */
const WAY_ON = /^ {2}→ \S|^See more help with --help$|^→ /m
const NO_NODE = /NO_NODE/
const PROCESS = /there is no process "wroker" \[PROCESS_NOT_FOUND\]\n {2}→ "wippy ps" lists/

const onProcess = (command: string): readonly Mistake[] => [
  ['app', `${command} 1`, NO_NODE],
  ['running', command, /Missing 1 required arg/],
  ['running', `${command} wroker`, PROCESS],
]
const onWorkflow = (command: string, more = ''): readonly Mistake[] => [
  ['app', `workflow ${command} nothing${more}`, /NO_NODE|STATE_NOT_FOUND|WORKFLOW_NOT_FOUND/],
  ['running', `workflow ${command}`, /Missing \d required arg/],
  ['running', `workflow ${command} nothing${more}`, /there is no workflow "nothing"/],
]
const onPlugin = (command: string, more = ''): readonly Mistake[] => [
  ['app', `plugin ${command} markdown${more}`, /PLUGIN_NOT_FOUND|PLUGIN_FILE/],
  ['running', `plugin ${command}`, /Missing \d required arg/],
  ['running', `plugin ${command} nothing${more}`, /there is no plugin "nothing"|PLUGIN_FILE/],
]
const flag = (where: Where, command: string, wrong: string, meant: string): Mistake => [
  where,
  `${command} ${wrong}`,
  new RegExp(`Nonexistent flag: ${wrong}\\n[\\s\\S]*Did you mean ${meant}\\?`),
]

const MISTAKES: Readonly<Record<string, readonly Mistake[]>> = {
  audit: [
    ['nowhere', 'audit --follow', NO_NODE],
    flag('app', 'audit', '--deneid', '--denied'),
    ['app', 'audit today', /audit takes no "today"/],
  ],
  bench: [
    ['app', 'bench', /Missing 1 required arg/],
    ['app', 'bench everything', /to be one of: isolation/],
    ['app', 'bench message -o x.doc', /BENCH_FILE/],
  ],
  check: [['nowhere', 'check', /CONFIG_NOT_FOUND/], ['app', 'check nowhere', /CONFIG_NOT_FOUND/], flag('app', 'check', '--jsno', '--json')],
  completion: [
    ['app', 'completion', /Missing 1 required arg/],
    ['app', 'completion powershell', /bash, zsh, fish/],
    ['app', 'completion bash zsh', /Unexpected argument: zsh|takes no/],
  ],
  deploy: [['app', 'deploy', NO_NODE], ['nowhere', 'deploy src', /CONFIG_NOT_FOUND/], flag('running', 'deploy', '--dry', '--dry-run')],
  dev: [['nowhere', 'dev', /CONFIG_NOT_FOUND/], ['app', 'dev helo', /TARGET_UNKNOWN/], flag('app', 'dev', '--slient', '--silent')],
  diff: [['nowhere', 'diff', /CONFIG_NOT_FOUND/], ['app', 'diff nowhere', /SOURCE_DIR_MISSING/], flag('app', 'diff', '--jsno', '--json')],
  explain: [
    ['app', 'explain IMPORT_CYCEL', /EXPLAIN_UNKNOWN/],
    ['app', 'explain proces.lua', /EXPLAIN_UNKNOWN/],
    flag('app', 'explain', '--lst', '--list'),
  ],
  init: [
    flag('app', 'init', '--src-dri', '--src-dir'),
    ['app', 'init shop', /init takes no "shop"/],
    ['app', 'init -d', /expects a value/],
  ],
  inspect: onProcess('inspect'),
  kill: onProcess('kill'),
  lint: [
    ['nowhere', 'lint', /CONFIG_NOT_FOUND/],
    ['app', 'lint --level all', /error, warning, hint/],
    flag('app', 'lint', '--rule', '--rules'),
  ],
  logs: [['app', 'logs', NO_NODE], flag('app', 'logs', '--folow', '--follow'), ['app', 'logs worker', /logs takes no "worker"/]],
  mailbox: onProcess('mailbox'),
  mcp: [
    flag('app', 'mcp', '--alow', '--allow'),
    ['app', 'mcp start', /mcp takes no "start"/],
    ['app', 'mcp --http x', /integer/],
    ['app', 'mcp -C nowhere', /there is nothing at this path/],
  ],
  new: [
    ['app', 'new', /TEMPLATE_MISSING/],
    ['app', 'new helo', /TEMPLATE_UNKNOWN/],
    ['app', 'new hello src', /DIRECTORY_TAKEN/],
  ],
  pack: [['nowhere', 'pack', /CONFIG_NOT_FOUND/], ['app', 'pack -o', /expects a value/], flag('app', 'pack', '--outptu', '--output')],
  'plugin:inspect': onPlugin('inspect'),
  'plugin:install': onPlugin('install'),
  'plugin:list': [
    ['app', 'plugin list --to 127.0.0.1:1', NO_NODE],
    ['app', 'plugin lst', /Did you mean "plugin list"/],
    ['app', 'plugin list x', /plugin list takes no "x"/],
  ],
  'plugin:permissions': onPlugin('permissions'),
  'plugin:remove': onPlugin('remove'),
  'plugin:update': onPlugin('update', ' x.wasm'),
  ps: [
    ['app', 'ps', NO_NODE],
    ['app', 'ps --to there', /CONTROL_ADDRESS/],
    ['app', 'ps keeper', /ps takes no "keeper"/],
  ],
  'registry:apply': [
    ['app', 'registry apply nowhere.yaml', /SOURCE_UNREADABLE/],
    ['app', 'registry apply broken.yaml', /ENTRIES_NOT_LIST/],
    ['nowhere', 'registry apply x.yaml', /CONFIG_NOT_FOUND/],
  ],
  'registry:diff': [
    ['nowhere', 'registry diff', /CONFIG_NOT_FOUND/],
    ['app', 'registry diff app:helo', /ENTRY_NOT_FOUND/],
    ['app', 'registry diff v1 app:hello', /VERSION_INVALID/],
  ],
  'registry:history': [
    ['nowhere', 'registry history', /CONFIG_NOT_FOUND/],
    flag('app', 'registry history', '--jsno', '--json'),
    ['app', 'registry histry', /Did you mean/],
  ],
  'registry:list': [
    ['nowhere', 'registry list', /CONFIG_NOT_FOUND/],
    ['app', 'registry list --meta type', /FILTER_INVALID/],
    ['app', 'registry list app:hello', /registry list takes no "app:hello"/],
    flag('app', 'registry list', '--knid', '--kind'),
  ],
  'registry:prune': [
    ['nowhere', 'registry prune --keep 1', /CONFIG_NOT_FOUND/],
    ['app', 'registry prune --keep many', /integer/],
    flag('app', 'registry prune', '--kepe', '--keep'),
  ],
  'registry:resolve': [
    ['app', 'registry resolve', /Missing/],
    ['app', 'registry resolve app:hello --take mine', /to be one of/],
    ['app', 'registry resolve app:helo --take files', /Did you mean "app:hello"/],
    ['app', 'registry resolve app:hello --take files', /REGISTRY_NO_DIFFERENCE/],
  ],
  'registry:rollback': [
    ['nowhere', 'registry rollback', /CONFIG_NOT_FOUND/],
    ['app', 'registry rollback yesterday', /VERSION_INVALID/],
    ['app', 'registry rollback v9', /VERSION_NOT_FOUND/],
  ],
  'registry:show': [
    ['app', 'registry show', /Missing 1 required arg/],
    ['app', 'registry show app:helo', /ENTRY_NOT_FOUND/],
    ['app', 'registry show app:hello -f sorce', /FIELD_NOT_FOUND/],
  ],
  rollback: [
    ['nowhere', 'rollback', /CONFIG_NOT_FOUND/],
    ['app', 'rollback yesterday', /VERSION_INVALID/],
    ['app', 'rollback v9', /VERSION_NOT_FOUND/],
  ],
  run: [['nowhere', 'run', /CONFIG_NOT_FOUND/], ['app', 'run helo', /TARGET_UNKNOWN/], flag('app', 'run', '--exce', '--exec')],
  'run:list': [
    ['nowhere', 'run list', /CONFIG_NOT_FOUND/],
    flag('app', 'run list', '--jsn', '--json'),
    ['app', 'run lst', /TARGET_UNKNOWN/],
  ],
  'sandbox:run': [
    ['app', 'sandbox run', /Missing 1 required arg/],
    ['app', 'sandbox run nowhere.lua', /SANDBOX_FILE/],
    ['app', 'sandbox run text.txt --input {', /SANDBOX_INPUT/],
  ],
  stubs: [
    flag('app', 'stubs', '--jsno', '--json'),
    ['app', 'stubs a b', /Unexpected argument: b|takes no/],
    ['app', 'stub', /Did you mean "stubs"/],
  ],
  test: [
    ['nowhere', 'test', /CONFIG_NOT_FOUND/],
    ['app', 'test hello', /TEST_NONE[\s\S]*meta\.type: test/],
    ['app', 'test --timeout soon', /TEST_NONE|DURATION_INVALID/],
  ],
  top: [
    ['app', 'top', NO_NODE],
    ['app', 'top -n many', /integer/],
    ['app', 'top keeper', /top takes no "keeper"/],
  ],
  trace: onProcess('trace'),
  version: [
    flag('app', 'version', '--shrot', '--short'),
    ['app', 'version 2', /version takes no "2"/],
    ['app', 'versoin', /Did you mean "version"/],
  ],
  'workflow:cancel': onWorkflow('cancel'),
  'workflow:export': onWorkflow('export', ' -o x'),
  'workflow:fork': onWorkflow('fork', ' 1'),
  'workflow:import': [
    ['app', 'workflow import nothing', /NO_NODE|ARCHIVE_FILE/],
    ['running', 'workflow import', /Missing 1 required arg/],
    ['running', 'workflow import text.txt', /ARCHIVE_INVALID/],
  ],
  'workflow:journal': onWorkflow('journal'),
  'workflow:list': [
    ['nowhere', 'workflow list', /STATE_NOT_FOUND/],
    ['app', 'workflow list --status odd', /to be one of/],
    ['app', 'workflow lst', /Did you mean "workflow list"/],
  ],
  'workflow:pause': onWorkflow('pause'),
  'workflow:query': onWorkflow('query', ' name'),
  'workflow:replay': onWorkflow('replay'),
  'workflow:resume': onWorkflow('resume'),
  'workflow:show': onWorkflow('show'),
  'workflow:signal': onWorkflow('signal', ' go'),
  'workflow:start': [
    ['app', 'workflow start app:flow', NO_NODE],
    ['running', 'workflow start', /Missing 1 required arg/],
    ['running', 'workflow start app:flwo', /ENTRY_NOT_FOUND/],
  ],
  'workflow:terminate': onWorkflow('terminate'),
}
/** What is not a matter of one command: words of other programs, paths that cannot be, settings that mean nothing. */
const EVERYWHERE: readonly Mistake[] = [
  ['app', 'rn', /Did you mean "run"/],
  ['app', '-v', /"-v" is no command/],
  ['app', 'ps --to localhost:70000', /"localhost:70000" is no address \[CONTROL_ADDRESS\]/],
  ['app', 'ps --to localhost:1', /no node can be reached at localhost:1/],
  ['app', 'check src/_index.yaml', /this is a file, and an app is a directory/],
  ['app', 'run src/hello.lua', /"src\/hello\.lua" is a file[\s\S]*wippy sandbox run src\/hello\.lua/],
  ['app', 'run nope.wapp', /PACK_NOT_FOUND/],
  ['app', 'run --config nope.ts hello', /nope\.ts: there is no such file/],
  ['app', 'run -o bad hello', /"bad" puts no value over a field: it has no =/],
  ['app', 'run --set bad hello', /"bad" sets nothing/],
  ['app', 'check --set limts.memory=1', /"limts\.memory" is not a setting \[CONFIG_KEY\]\n {2}→ Did you mean "limits\.memory"\?/],
  ['app', 'test --timeout 0', /a timeout of "0" leaves no time \[DURATION_INVALID\]/],
  ['app', 'registry apply --delete app:helo', /Did you mean "app:hello"/],
  ['app', 'registry apply', /NO_CHANGES[\s\S]*Give a file of entries/],
  ['app', 'registry apply src/hello.lua', /there are no entries in this file \[ENTRIES_NONE\]/],
  ['app', 'registry show', /^Missing 1 required arg:\nid {2}namespace:name\nSee more help with --help$/m],
  ['app', 'registry prune', /^Missing required flag keep\nSee more help/],
  ['app', 'rollback', /there is nothing before v0 \[VERSION_NOT_FOUND\]\n {2}→ It is what the files say/],
  ['app', 'top -n 0', /^--lines: Expected an integer greater than or equal to 1 but received: 0$/m],
  ['app', 'pack -o missing/x.wapp', /missing: there is no such file or folder \[SYSTEM_REFUSED\]/],
  ['app', 'bench isolation -o missing/x.svg', /missing: there is no such file or folder/],
  ['app', 'stubs text.txt/types', /part of the path is a file, and no folder/],
  ['app', 'new hello text.txt/shop', /part of the path is a file, and no folder/],
  ['app', 'workflow fork one two', /"two" is no record \[WORKFLOW_RECORD\]/],
  ['nowhere', 'deploy', /CONFIG_NOT_FOUND/],
  ['nowhere', 'plugin list', /CONFIG_NOT_FOUND/],
]

/** These change the program they run in: they get one of their own. */
const ALONE = /^(?:run|dev|test|sandbox|mcp)/

/** Those that are not answered as they should be. */
const looked = async (mistakes: readonly Mistake[], directories: Readonly<Record<Where, string>>): Promise<string[]> => {
  const bad: string[] = []
  for (const [where, words, said] of mistakes) {
    const ended: Ended = await (ALONE.test(words) ? wippy : here)(words.split(' '), { cwd: directories[where] })
    assertPlain(ended)
    if (ended.code === 0 || ended.out !== '' || !said.test(ended.err) || !WAY_ON.test(ended.err))
      bad.push(`${words}: ${ended.err}${ended.out}`)
  }
  return bad
}

test('each command is here, with three mistakes', async () => {
  const shown = Object.entries(await loadCommands()).flatMap(([id, command]) =>
    (command as { readonly hidden?: boolean }).hidden ? [] : [id],
  )
  assert.equal(
    shown.filter((id) => (MISTAKES[id]?.length ?? 0) < 3),
    [],
  )
  assert.equal(
    Object.keys(MISTAKES).filter((id) => !shown.includes(id)),
    [],
  )
})

test('with a node that runs', async () => {
  const running = app()
  writeFileSync(join(running, 'x.wasm'), 'x')
  await whileRunning(running, async () => {
    const mistakes = Object.values(MISTAKES)
      .flat()
      .filter(([where]) => where === 'running')
    assert.equal(await looked(mistakes, { running, app: running, nowhere: empty }), [])
  })
})

test('without one', async () => {
  const alone = app()
  const mistakes = [...Object.values(MISTAKES).flat(), ...EVERYWHERE].filter(([where]) => where !== 'running')
  assert.equal(await looked(mistakes, { running: alone, app: alone, nowhere: empty }), [])
})

test('"help" and "-h" are taken for --help', async () => {
  for (const [asked, meant] of [
    ['help', '--help'],
    ['help registry list', 'registry list --help'],
    ['-h run hello', 'run --help'],
  ] as const) {
    const [told, known] = await Promise.all([asked, meant].map((words) => wippy(words.split(' '), { cwd: empty })))
    assert.equal(told, known)
    assert.match(told!.out, /^USAGE$/m)
  }
})

test.run()
