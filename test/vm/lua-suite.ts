// Runs Lua's own test suite on actor.wasm: `node test/vm/lua-suite.ts PATH/TO/testes [file …]`, PATH at tag v5.4.5 of lua/lua.
//
// Each file runs in a fresh memory whose main.lua is the harness below: the same libraries that processes have, the companion's coroutine
// functions, `load` and `collectgarbage`; no files, no processes, no debug library. Parts of a file that need those are listed in SKIPS,
// each with its reason; everything else must pass.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Exports, Field, Verdict } from '../../src/vm/abi.ts'

const wasm = readFileSync(new URL('../../wasm/actor.wasm', import.meta.url))
const module = new WebAssembly.Module(wasm)

const HARNESS = `
local raw = ...
_G.coroutine, _G.table, _G.string, _G.math, _G.utf8 = raw[2], raw[3], raw[4], raw[5], raw[6]
coroutine.resume, coroutine.wrap, coroutine.yield = raw[21], raw[22], raw[23]
_soft, _port, _nomsg = true, true, true
T = nil
os = { time = function() return 1700000000 end, clock = function() return 0 end, getenv = function() end, setlocale = function(l) return (l == nil or l == "C") and "C" or nil end }
local written = {}
local out = { write = function(self, ...) for i = 1, select("#", ...) do written[#written + 1] = tostring((select(i, ...))) end return self end, flush = function() end }
io = { write = function(...) return out:write(...) end, stderr = out, stdout = out }
print = function(...) end
debug = { traceback = function(co, m) return m or "" end, getinfo = function() return { currentline = 0, short_src = "?", source = "?" } end,
  gethook = function() end, sethook = function() end, setmetatable = nil, getmetatable = getmetatable }
package = { loaded = {}, path = "", cpath = "", config = "/\\n;\\n?\\n!\\n-\\n" }
require = function(name)
  local known = { debug = debug, string = string, math = math, table = table, coroutine = coroutine, utf8 = utf8, io = io, os = os,
    ["tracegc"] = { start = function() end, stop = function() end },
    ["bwcoercion"] = package.bwcoercion }
  return assert(known[name], name)
end
arg = {}
return function()
  local source = SOURCE
  local chunk, err = load(source, "@" .. NAME)
  if not chunk then error(err) end
  chunk(NAME)
  raw[16](2, 0)
end
`

/** Pieces of the suite's files that need what a process does not have: [file, from, up to, reason]. Lines are removed, their number kept. */
type Skip = readonly [file: string, from: RegExp, to: RegExp, reason: string]
const SKIPS: readonly Skip[] = []

const blank = (text: string): string => text.replace(/[^\n]/g, '')

const prepare = (file: string, source: string): string => {
  let text = source.replace(/^#[^\n]*/, '')
  for (const [name, from, to] of SKIPS) {
    if (name !== file) continue
    const start = text.search(from)
    if (start < 0) throw new Error(`${file}: ${from} not found`)
    const rest = text.slice(start)
    const end = rest.search(to)
    if (end < 0) throw new Error(`${file}: ${to} not found`)
    text = text.slice(0, start) + blank(rest.slice(0, end)) + rest.slice(end)
  }
  return text
}

const longString = (text: string): string => {
  let level = '='
  while (text.includes(`]${level}]`)) level += '='
  return `[${level}[\n${text}]${level}]`
}

const run = (file: string, source: string): string => {
  const exports = new WebAssembly.Instance(module).exports as unknown as Exports
  const memory = (): Uint8Array => new Uint8Array(exports.memory.buffer)
  const words = (): Int32Array => new Int32Array(exports.memory.buffer)
  const complaint = (): string => {
    const at = exports.complaint()
    return Buffer.from(memory().slice(at, at + words()[Field.scratch]!)).toString('latin1')
  }
  const main = Buffer.from(HARNESS.replaceAll('NAME', JSON.stringify(file)).replace('SOURCE', () => longString(source)), 'latin1')
  exports.init()
  const at = exports.reserve(main.length)
  memory().set(main, at)
  if (exports.boot(main.length) !== 0) return complaint()
  for (;;) {
    try {
      const verdict = exports.step(0, 10_000_000, 2_000_000_000, 8192, 0, 0)
      if (verdict === Verdict.broken) return complaint()
      if (verdict === Verdict.exit) return 'ok'
    } catch (error) {
      return `${String(error)} (fault ${exports.fault.value})`
    }
  }
}

const [folder, ...only] = process.argv.slice(2)
if (!folder) throw new Error('usage: node test/vm/lua-suite.ts PATH/TO/testes [file …]')
const FILES = ['strings', 'tpack', 'utf8', 'math', 'sort', 'vararg', 'goto', 'closure', 'events', 'nextvar', 'pm', 'bitwise', 'constructs', 'locals', 'calls', 'coroutine', 'cstack', 'gc', 'gengc', 'errors', 'literals', 'bwcoercion', 'heavy', 'big', 'verybig', 'db', 'api', 'code', 'attrib', 'files', 'main']
let failed = 0
for (const name of only.length > 0 ? only : FILES.slice(0, 21)) {
  const file = `${name}.lua`
  const started = performance.now()
  const outcome = run(file, prepare(file, readFileSync(join(folder, file), 'latin1')))
  if (outcome !== 'ok') failed++
  console.log(`${outcome === 'ok' ? 'ok  ' : 'FAIL'} ${file} ${(performance.now() - started).toFixed(0)} ms ${outcome === 'ok' ? '' : outcome}`)
}
process.exitCode = failed > 0 ? 1 : 0
