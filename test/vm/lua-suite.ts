// Runs Lua's own test suite on actor.wasm: `node test/vm/lua-suite.ts PATH/TO/testes [file …]`, PATH being that folder of lua/lua, tag v5.4.5.
//
// Each file runs in a fresh memory, under the harness below instead of runtime-lua: the libraries that processes have, the companion's
// coroutine functions, `load` and `collectgarbage`. Once whole, then again preempted every thousand units of fuel.
// The lines that need what no process has are in SKIPS, each range with its reason; everything else must pass.

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Exports, Field, Verdict } from '../../src/vm/abi.ts'

const SHA256 = 'e807acbecb221742583e368075bbf5a4a71cf7db68f7a40d62850822e9dd069b' // of FILES and REQUIRED of v5.4.5, one after the other
const FILES = [
  ...[
    'strings',
    'tpack',
    'utf8',
    'math',
    'sort',
    'vararg',
    'goto',
    'closure',
    'events',
    'nextvar',
    'pm',
    'bitwise',
    'constructs',
    'locals',
  ],
  ...['calls', 'coroutine', 'cstack', 'gc', 'gengc', 'errors', 'literals'],
]
const REQUIRED = ['bwcoercion', 'tracegc']
/** Files that are about other things than the language. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  'api, code': 'are written for the internal test library T',
  db: 'tests the debug library',
  'attrib, files, main, verybig':
    'need packages, files or a command line; two lines of attrib besides want an error of an assignment to the key nil, which is taken here',
  heavy: 'wants gigabytes',
  big: 'wants a function of more than 131,070 instructions, which is refused',
  all: 'runs the others',
}

type Skip = readonly [first: number, last: number, reason: string]

const DEBUG = 'debug library'
const FILE = 'values of type FILE*'
const PACKAGE = 'package library: names of functions that have no other'
const MAIN = 'is on the main thread'
const PIECES = 'a collection in one piece'
const SKIPS: Readonly<Record<string, readonly Skip[]>> = {
  goto: [[187, 219, DEBUG]],
  closure: [[245, 270, DEBUG]],
  events: [
    [196, 196, FILE],
    [438, 466, DEBUG],
  ],
  constructs: [[306, 306, DEBUG]],
  locals: [
    [73, 80, DEBUG],
    [82, 82, DEBUG],
    [165, 165, DEBUG],
    [262, 262, DEBUG],
    [429, 429, DEBUG],
    [435, 435, DEBUG],
    [444, 444, DEBUG],
    [452, 452, DEBUG],
    [783, 811, DEBUG],
  ],
  calls: [
    [314, 314, DEBUG],
    [384, 386, DEBUG],
    [418, 425, DEBUG],
    [445, 448, DEBUG],
  ],
  coroutine: [
    [238, 238, DEBUG],
    [339, 356, DEBUG],
    [360, 361, DEBUG],
    [943, 951, DEBUG],
  ],
  errors: [
    [207, 207, FILE],
    [216, 222, DEBUG],
    [225, 225, FILE],
    [228, 228, FILE],
    [254, 254, FILE],
    [320, 320, FILE],
    [336, 337, PACKAGE],
  ],
}
/** Left out besides when a file is preempted. */
const PREEMPTED_SKIPS: Readonly<Record<string, readonly Skip[]>> = {
  coroutine: [
    [11, 14, MAIN],
    [152, 158, MAIN],
    [767, 767, MAIN],
  ],
  errors: [[351, 351, MAIN]],
  gc: [[205, 207, PIECES]],
}

const HARNESS = `
local raw = ...
local run, keep, finish, set_program, traceback = raw[14], raw[24], raw[26], raw[28], raw[31]
_G.coroutine, _G.table, _G.string, _G.math, _G.utf8 = raw[2], raw[3], raw[4], raw[5], raw[6]
coroutine.resume, coroutine.wrap, coroutine.yield = raw[37], raw[38], raw[39]
T, _port, _nomsg = nil, true, true
local file = setmetatable({}, { __name = "FILE*" })
local stream = { write = function(self) return self end }
io = { stdin = file, stderr = stream, stdout = stream, write = function() end, input = function() return file end }
os = { clock = function() return 0 end, time = function() return 1700000000 end,
  setlocale = function(name) return (name == nil or name == "C") and "C" or nil end }
-- What an error's position tells is all that there is of the debug library.
debug = {
  traceback = function(message) return (traceback(nil, message):gsub("\\n\\tmain.lua:[^\\n]*", "")) end,
  getinfo = function(level)
    local _, position = pcall(error, "", level + 2)
    local source, line = position:match("^(.*):(%d+): $")
    return { source = source, short_src = source, currentline = math.tointeger(line) }
  end,
}
package = {
  loaded = { _G = _G, coroutine = coroutine, table = table, string = string, math = math, utf8 = utf8, io = io, os = os, debug = debug },
  preload = {
    bwcoercion = function() return load(BWCOERCION, "@bwcoercion.lua")() end,
    tracegc = function() return load(TRACEGC, "@tracegc.lua")() end,
  },
}
package.loaded.package = package
function require(name)
  if not package.loaded[name] then package.loaded[name] = package.preload[name]() or true end
  return package.loaded[name]
end
local chunk = assert(load(SOURCE, "@" .. NAME))
if ON_MAIN then chunk() end
local START, ENDED = 4, 32
keep(function(kind, co, ok, message)
  if kind == START then
    local main = coroutine.create(ON_MAIN and function() end or chunk)
    set_program(main)
    run(main)
  elseif kind == ENDED then
    if not ok then error(message, 0) end
    finish()
  end
end, {}, {})
`

const latin1 = (name: string): string => readFileSync(join(folder, `${name}.lua`), 'latin1')

/** A file without the first line that only a shell reads and without its skipped lines; the others keep their numbers. */
const prepare = (name: string, preempted: boolean): string => {
  const lines = latin1(name).split('\n')
  if (lines[0]!.startsWith('#')) lines[0] = ''
  for (const [first, last] of [...(SKIPS[name] ?? []), ...(preempted ? (PREEMPTED_SKIPS[name] ?? []) : [])]) lines.fill('', first - 1, last)
  return lines.join('\n')
}

const quoted = (text: string): string => `"${text.replace(/[\\"\n\r\0]/g, (c) => `\\${c.charCodeAt(0).toString().padStart(3, '0')}`)}"`

const START_FRAME = Uint8Array.of(0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)

const PAGES = 16384 // a gigabyte
const SLICE = 1000
const ENDLESS = 2_000_000_000

type Outcome = { readonly message: string; readonly steps: number; readonly ms: number }

/** Runs one file in slices of `fuel`; null: on Lua's main thread, in one piece. */
const run = (name: string, fuel: number | null): Outcome => {
  const started = performance.now()
  const exports = new WebAssembly.Instance(module).exports as unknown as Exports
  const memory = (): Uint8Array => new Uint8Array(exports.memory.buffer)
  const words = (): Int32Array => new Int32Array(exports.memory.buffer)
  const done = (message: string, steps: number): Outcome => ({ message, steps, ms: performance.now() - started })
  const complaint = (): string => {
    const at = exports.complaint()
    return Buffer.from(memory().slice(at, at + words()[Field.scratch]!)).toString('latin1')
  }
  const values: Readonly<Record<string, string>> = {
    NAME: quoted(`${name}.lua`),
    SOURCE: quoted(prepare(name, fuel === SLICE)),
    BWCOERCION: quoted(latin1('bwcoercion')),
    TRACEGC: quoted(latin1('tracegc')),
    ON_MAIN: String(fuel === null),
  }
  const main = Buffer.from(
    HARNESS.replace(/\b(?:NAME|SOURCE|BWCOERCION|TRACEGC|ON_MAIN)\b/g, (key) => values[key]!),
    'latin1',
  )
  try {
    exports.init()
    const at = exports.reserve(main.length, PAGES)
    memory().set(main, at)
    exports.fuel.value = ENDLESS // for what runs while it is booted
    if (exports.boot(main.length) !== 0) return done(complaint(), 0)
    memory().set(START_FRAME, exports.reserve(START_FRAME.length, PAGES))
    for (let steps = 1; ; steps++) {
      const verdict = exports.step(steps === 1 ? START_FRAME.length : 0, fuel ?? ENDLESS, ENDLESS, PAGES, 0)
      if (verdict === Verdict.broken) return done(complaint(), steps)
      if (verdict === Verdict.exit) return done('', steps)
    }
  } catch (error) {
    return done(`${String(error)} (fault ${exports.fault.value})`, 0)
  }
}

const [folder = '', ...only] = process.argv.slice(2)
if (folder === '') throw new Error('usage: node test/vm/lua-suite.ts PATH/TO/testes [file …]')
const hash = createHash('sha256')
for (const name of [...FILES, ...REQUIRED]) hash.update(readFileSync(join(folder, `${name}.lua`)))
if (hash.digest('hex') !== SHA256)
  throw new Error(`${folder} is not the folder testes of lua/lua at tag v5.4.5: the lines in SKIPS would be wrong`)

const module = new WebAssembly.Module(readFileSync(new URL('../../wasm/actor.wasm', import.meta.url)))
const chosen = only.length > 0 ? only : FILES
const reasons = new Map<string, number>()
let failed = 0
for (const name of chosen) {
  const whole = run(name, null)
  const preempted = run(name, SLICE)
  const skips = [...(SKIPS[name] ?? []), ...(PREEMPTED_SKIPS[name] ?? [])]
  for (const [first, last, reason] of skips) reasons.set(reason, (reasons.get(reason) ?? 0) + last - first + 1)
  if (whole.message !== '' || preempted.message !== '') failed++
  for (const [how, { message, ms }] of [
    ['whole', whole],
    [`in ${preempted.steps} slices`, preempted],
  ] as const) {
    console.log(`${message === '' ? 'ok  ' : 'FAIL'} ${name}.lua ${how}, ${ms.toFixed(0)} ms ${message}`.trimEnd())
  }
}
console.log(`\n${chosen.length - failed} of ${chosen.length} files pass. Left out:`)
for (const [reason, lines] of reasons) console.log(`  ${lines} lines: ${reason}`)
for (const [names, reason] of Object.entries(LEFT_OUT)) console.log(`  ${names}: ${reason}`)
process.exitCode = failed > 0 ? 1 : 0
