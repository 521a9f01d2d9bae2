// What host and actor.wasm agree on: the sandbox's outline, and the numbers that stand in two files.

import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BLOCKS, CONTROL, Field, STACK_HIGH, STACK_LOW, Trap, Verdict } from '../../src/vm/abi.ts'
import { Image } from '../../src/vm/image.ts'
import { actor } from '../../src/vm/module.ts'
import { bootImage } from '../../wasm/image.ts'

const wasm = readFileSync(new URL('../../wasm/actor.wasm', import.meta.url))
const companion = (file: string): string => readFileSync(new URL(`../../wasm/companion/${file}.ts`, import.meta.url), 'utf8')

/** The numbers that a file of the companion exports, by name; those relative to BASE as addresses. */
const constants = (file: string): Map<string, number> => {
  const found = new Map<string, number>()
  for (const [, name, base, value] of companion(file).matchAll(/^(?:export )?const (\w+): i32 = (BASE)?(?: \+ )?(\d*)/gm)) {
    found.set(name!, (base ? found.get('BASE')! : 0) + Number(value || 0))
  }
  return found
}

const test = suite('abi')

test('actor.wasm imports nothing (V1)', () => {
  assert.equal(WebAssembly.Module.imports(new WebAssembly.Module(wasm)), [])
})

test('actor.wasm exports what the host calls, and nothing else', () => {
  const exports = WebAssembly.Module.exports(new WebAssembly.Module(wasm)).map(({ name, kind }) => `${kind} ${name}`)
  assert.equal(exports.sort(), [
    'function boot',
    'function complaint',
    'function init',
    'function reserve',
    'function seal',
    'function step',
    'global debt',
    'global fault',
    'global fuel',
    'global lowest',
    'memory memory',
  ])
})

test('two boots give the same bytes, and those are the committed ones', () => {
  const [one, two] = [bootImage(wasm), bootImage(wasm)]
  assert.ok(Buffer.from(one.image).equals(two.image))
  assert.ok(Buffer.from(one.modules).equals(two.modules))
  const committed = (name: string): Buffer => readFileSync(new URL(`../../wasm/${name}`, import.meta.url))
  assert.ok(committed('actor.image').equals(one.image), 'actor.image is old: node wasm/build.ts image')
  assert.ok(committed('actor.modules').equals(one.modules), 'actor.modules is old: node wasm/build.ts image')
})

test('the control block lies where both say, field by field', () => {
  const control = constants('control')
  assert.is(control.get('BASE'), CONTROL)
  const fields: Readonly<Record<keyof typeof Field, string>> = {
    inStart: 'IN_START',
    inCapacity: 'IN_CAPACITY',
    inEnd: 'IN_END',
    inNext: 'IN_NEXT',
    outStart: 'OUT_START',
    outEnd: 'OUT_END',
    backlog: 'BACKLOG',
    fuel: 'FUEL',
    scratch: 'SCRATCH',
    pages: 'PAGES',
  }
  for (const [field, name] of Object.entries(fields)) assert.is(control.get(name), Field[field as keyof typeof Field] * 4, name)
})

test('no two fields of the control block overlap, and the block has room for all', () => {
  const source = companion('control')
  const wide = new Set(
    [...source.matchAll(/^export const (\w+): i32 = .*(?:i64|8 bytes|then its length|the same for)/gm)].map(([, name]) => name!),
  )
  const fields = [...constants('control')].filter(([name]) => name !== 'BASE' && !name.startsWith('REF_'))
  const taken = [...fields, ['the lists', BLOCKS] as const].sort(([, a], [, b]) => a - b)
  taken.forEach(([name, at], i) => {
    const end = at + (name === 'the lists' ? 64 : wide.has(name) ? 8 : 4)
    const [next, from] = taken[i + 1] ?? ['the end', CONTROL + 272]
    assert.ok(end <= from, `${name} reaches into ${next}`)
    if (wide.has(name) && source.includes(`${name}: i32 = BASE + ${at - CONTROL} // i64`)) assert.is(at % 8, 0, name)
  })
})

test('verdicts and traps have the same numbers on both sides', () => {
  const task = constants('task')
  assert.equal(
    [Verdict.again, Verdict.wait, Verdict.exit, Verdict.broken],
    [task.get('AGAIN'), task.get('WAIT'), task.get('DONE'), task.get('BROKEN')],
  )
  const support = readFileSync(new URL('../../wasm/support.ts', import.meta.url), 'utf8')
  assert.is(Number(/FAULT_MEMORY = (\d)/.exec(support)![1]), Trap.memory)
  assert.is(Number(/FAULT_ABORT = (\d)/.exec(support)![1]), Trap.abort)
})

test('an image in its file form comes back as it was', () => {
  const { image } = actor()
  const again = Image.parse(image.bytes)
  assert.ok(again.flatten().equals(image.flatten()))
  assert.is(again.pages, image.pages)
})

test('an image holds nothing of the C stack', () => {
  const flat = actor().image.flatten()
  assert.ok(flat.subarray(STACK_LOW, STACK_HIGH).every((byte) => byte === 0))
})

test.run()
