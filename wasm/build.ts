// Builds wasm/swap.wasm and wasm/courier.wasm (from the texts beside them), wasm/actor.wasm (wasmoon's Lua + companion, patched, metered,
// optimised), wasm/actor.image (the memory after boot) and wasm/actor.modules (bytecode of the files of runtime-lua that only some entries
// need).
// Same input, same bytes. `node wasm/build.ts` builds all; `node wasm/build.ts image` only boots again (after a change in runtime-lua/).

import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { STACK_HIGH } from '../src/vm/abi.ts'
import { BEGIN } from './calls.ts'
import { bootImage } from './image.ts'
import { meter } from './meter.ts'
import { HEAP, patch, TABLE_BASE } from './patch.ts'
import { findAll, head, isList, type List, parse, print } from './sexpr.ts'
import { EXECUTE, PRECALL } from './waits.ts'

const GLUE_SHA256 = '95f3f19ddb740125883bc41d5ec670cd0828e7b58c8bdad385323cbff497b55c'
const CONTROL_BYTES = 272 // the lists of free blocks included
const EXPORTS = ['memory', 'init', 'boot', 'complaint', 'reserve', 'seal', 'step', 'fuel', 'debt', 'fault', 'lowest']
const FEATURES = [
  'bulk-memory',
  'bulk-memory-opt',
  'mutable-globals',
  'sign-ext',
  'nontrapping-float-to-int',
  'exception-handling',
  'reference-types',
  'multivalue',
].map((name) => `--enable-${name}`)

const HOST_FEATURES = ['--enable-multimemory', '--enable-simd']

const here = import.meta.dirname
const root = join(here, '..')

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

const tool = (name: string, args: readonly string[], cwd: string): void => {
  execFileSync(process.execPath, [join(root, 'node_modules/binaryen/bin', name), ...FEATURES, ...args], {
    cwd,
    stdio: ['ignore', 'inherit', 'inherit'],
    maxBuffer: 1 << 28,
  })
}

/** The companion as text, its imports renamed to the module they are merged with. */
const companion = (folder: string): void => {
  const entry = join(here, 'companion/index.ts')
  const flags = ['--runtime', 'stub', '--importMemory', '--importTable', '--noAssert', '--tableBase', String(TABLE_BASE)]
  const base = ['--memoryBase', String(STACK_HIGH + CONTROL_BYTES), '-O3', '--debug', '-o', 'companion.raw.wasm', '-t', 'companion.raw.wat']
  const compiler = join(root, 'node_modules/assemblyscript/bin/asc.js')
  execFileSync(
    process.execPath,
    [
      compiler,
      entry,
      '--baseDir',
      here,
      ...flags,
      ...base.map((part) => (part.endsWith('.wasm') || part.endsWith('.wat') ? join(folder, part) : part)),
    ],
    {
      cwd: here,
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  )
  const module = parse(readFileSync(join(folder, 'companion.raw.wat'), 'utf8'))
  for (const imported of findAll(module, 'import')) {
    if (imported[2] === '"memory"') imported[1] = '"lua"'
    if (imported[2] === '"table"') imported.splice(1, 2, '"lua"', '"__indirect_function_table"')
  }
  const ends = findAll(module, 'data').map((segment) => {
    const at = segment.find((part) => head(part) === 'i32.const') as List
    return Number(at[1]) + (segment.at(-1) as string).slice(1, -1).replace(/\\(?:[0-9a-f]{2}|.)/gi, '.').length
  })
  if (Math.max(...ends) > HEAP) throw new Error(`the companion's data ends at ${Math.max(...ends)}, behind ${HEAP}, where the heap begins`)
  const kept = module.filter((part) => !(head(part) === 'export' && isList(part) && part[1] === '"memory"'))
  writeFileSync(join(folder, 'companion.wat'), print(kept as List))
  tool('wasm-as', ['-g', 'companion.wat', '-o', 'companion.wasm'], folder)
}

/** Lua as text, patched. */
const lua = (folder: string): void => {
  const glue = join(root, 'node_modules/wasmoon/dist/glue.wasm')
  if (sha256(readFileSync(glue)) !== GLUE_SHA256)
    throw new Error('glue.wasm is not the pinned one: check every edit in patch.ts, then its hash')
  tool('wasm-dis', [glue, '-o', 'glue.wat'], folder)
  const module = parse(readFileSync(join(folder, 'glue.wat'), 'utf8'))
  patch(module)
  writeFileSync(join(folder, 'lua.wat'), print(module))
  tool('wasm-as', ['-g', 'lua.wat', '-o', 'lua.wasm'], folder)
}

/** The name that the merged text gives to an exported function. */
const exported = (module: List, name: string): string => {
  const entry = findAll(module, 'export').find((part) => part[1] === JSON.stringify(name))
  if (!entry) throw new Error(`the companion exports no ${name}`)
  return (entry[2] as List)[1] as string
}

/** Builds actor.wasm in a temporary folder and returns its bytes. `metered: false` is for measuring what metering costs. */
export const buildWasm = (options: { readonly metered: boolean } = { metered: true }): Uint8Array => {
  const folder = mkdtempSync(join(tmpdir(), 'wippy-wasm-'))
  try {
    companion(folder)
    lua(folder)
    tool('wasm-merge', ['-g', 'lua.wasm', 'lua', 'companion.wasm', 'companion', '-o', 'merged.wasm'], folder)
    tool('wasm-dis', ['merged.wasm', '-o', 'merged.wat'], folder)
    const module = parse(readFileSync(join(folder, 'merged.wat'), 'utf8'))
    if (options.metered) meter(module, { arm: exported(module, 'arm'), interpreter: EXECUTE, precall: PRECALL, begin: BEGIN })
    const kept = module.filter((part) => !(head(part) === 'export' && isList(part) && !EXPORTS.includes(JSON.parse(part[1] as string))))
    writeFileSync(join(folder, 'metered.wat'), print(kept as List))
    tool('wasm-as', ['metered.wat', '-o', 'metered.wasm'], folder)
    // nothing lies below 1024: what is added to an address goes into the instruction
    tool('wasm-opt', ['-O2', '--low-memory-unused', '--strip-debug', '--strip-producers', 'metered.wasm', '-o', 'actor.wasm'], folder)
    return readFileSync(join(folder, 'actor.wasm'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Builds one of the modules that the host has beside actor.wasm, and returns its bytes. */
export const buildHostModule = (name: 'swap' | 'courier'): Uint8Array => {
  const folder = mkdtempSync(join(tmpdir(), 'wippy-wasm-'))
  try {
    tool('wasm-as', [...HOST_FEATURES, join(here, `${name}.wat`), '-o', 'plain.wasm'], folder)
    tool('wasm-opt', [...HOST_FEATURES, '-O3', '-aimfs=500', 'plain.wasm', '-o', 'host.wasm'], folder)
    return readFileSync(join(folder, 'host.wasm'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const onlyImage = process.argv[2] === 'image'
  const wasm = onlyImage ? readFileSync(join(here, 'actor.wasm')) : buildWasm()
  if (!onlyImage) {
    // before the image is booted: it is taken with these
    for (const name of ['swap', 'courier'] as const) writeFileSync(join(here, `${name}.wasm`), buildHostModule(name))
    writeFileSync(join(here, 'actor.wasm'), wasm)
  }
  const { image, modules } = bootImage(wasm)
  writeFileSync(join(here, 'actor.image'), image)
  writeFileSync(join(here, 'actor.modules'), modules)
  console.log(`actor.wasm   ${wasm.length} bytes ${sha256(wasm)}`)
  console.log(`actor.image  ${image.length} bytes ${sha256(image)}`)
  console.log(`actor.modules ${modules.length} bytes ${sha256(modules)}`)
}
