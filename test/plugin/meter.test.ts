import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { WippyError } from '../../src/error.ts'
import { meterModule } from '../../src/plugin/meter.ts'
import { instanceOf, moduleOf } from './wat.ts'

const test = suite('metering of plugins')

const refusal = (bytes: Uint8Array): string => {
  try {
    meterModule(bytes)
  } catch (error) {
    assert.instance(error, WippyError)
    return (error as WippyError).code
  }
  return 'none'
}

test('a loop without end is stopped when its fuel is spent', async () => {
  const { exports, fuel } = await instanceOf('(module (func (export "f") (loop (br 0))))', { fuel: 10_000 })
  assert.throws(() => exports.f!(), /unreachable/)
  assert.is(fuel.value, -1n)
})

test('a recursion without end, direct or through a table, pays for every call', async () => {
  const direct = await instanceOf('(module (func $f (export "f") (call $f)))', { fuel: 1000 })
  assert.throws(() => direct.exports.f!(), /unreachable/)
  const tail = await instanceOf(
    '(module (table 1 funcref) (elem (i32.const 0) $f) (type $t (func)) (func $f (export "f") (return_call_indirect (type $t) (i32.const 0))))',
    { fuel: 100_000 },
  )
  assert.throws(() => tail.exports.f!(), /unreachable/)
})

test('bulk memory pays by its length', async () => {
  const text = `(module (memory 2) (data $d "x") (func (export "copy") (param i32) (memory.copy (i32.const 0) (i32.const 65536) (local.get 0)))
    (func (export "fill") (param i32) (memory.fill (i32.const 0) (i32.const 7) (local.get 0))))`
  const { exports, fuel } = await instanceOf(text)
  const spent = (work: () => unknown): number => {
    const before = fuel.value as bigint
    work()
    return Number(before - (fuel.value as bigint))
  }
  assert.is(spent(() => exports.copy!(65_536)) - spent(() => exports.copy!(0)), 512)
  assert.is(spent(() => exports.fill!(131_072)) - spent(() => exports.fill!(0)), 1024)
})

test('what is long without a loop, or has much behind one instruction, pays for that', async () => {
  const text = `(module (table 2000 funcref) (tag $t) (elem declare func $wide) (elem $e func $wide $wide)
    (func (export "short") (drop (i32.const 1)))
    (func (export "long") ${'(drop (i32.const 1))'.repeat(20480)})
    (func (export "choice") (param i32) (if (local.get 0) (then ${'(drop (i32.const 1))'.repeat(20480)})))
    (func $wide (export "wide") (local ${'i64 '.repeat(1600)}))
    (func (export "throw") (block (try_table (catch_all 0) (throw $t))))
    (func (export "fill") (param i32) (table.fill (i32.const 0) (ref.func $wide) (local.get 0)))
    (func (export "init") (table.init $e (i32.const 0) (i32.const 0) (i32.const 2)))
    (func (export "move") (param i32) (table.copy (i32.const 0) (i32.const 1) (local.get 0))))`
  const { exports, fuel } = await instanceOf(text)
  const spent = (name: string, ...args: unknown[]): number => {
    const before = fuel.value as bigint
    exports[name]!(...args)
    return Number(before - (fuel.value as bigint))
  }
  assert.equal([spent('short'), spent('long'), spent('choice', 0), spent('choice', 1)], [2, 2 + 10 * 63, 2, 2 + 10 * 63])
  assert.equal([spent('wide'), spent('throw')], [2 + 25, 2 + 63])
  assert.equal([spent('fill', 2000), spent('init'), spent('move', 1000)], [2 + 16_000, 2 + 16, 2 + 8000])
})

test('memory grows to its limit, and is then refused as on a full machine', async () => {
  const { exports } = await instanceOf('(module (memory 1) (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))', {
    room: 2,
  })
  assert.is(exports.grow!(1), 1)
  assert.is(exports.grow!(2), -1)
  assert.is(exports.grow!(-1), -1)
  assert.is(exports.grow!(1), 2)
  assert.is(exports.grow!(0), 3)
})

test('globals keep their meaning, those that are imported and those that are its own', async () => {
  const text = `(module (import "env" "base" (global $base i32)) (global $own (mut i32) (i32.const 5)) (global $copy (export "copy") i32 (global.get $base))
    (memory (export "m") 1) (data (global.get $base) "hi")
    (func (export "f") (result i32) (global.set $own (i32.add (global.get $own) (global.get $base))) (global.get $own)))`
  const base = new WebAssembly.Global({ value: 'i32' }, 100)
  const { exports } = await instanceOf(text, { imports: { env: { base } } })
  assert.is(exports.f!(), 105)
  assert.is(exports.f!(), 205)
  assert.is(exports.copy!.value, 100)
  assert.is(new Uint8Array((exports as unknown as { m: WebAssembly.Memory }).m.buffer)[100], 104)
})

test('a function table, a start function and every form of block survive', async () => {
  const text = `(module (type $t (func (param i32) (result i32))) (table 2 funcref) (elem (i32.const 0) $double $square) (global $g (mut i32) (i32.const 0))
    (func $double (type $t) (i32.mul (local.get 0) (i32.const 2))) (func $square (type $t) (i32.mul (local.get 0) (local.get 0)))
    (func $start (global.set $g (i32.const 40))) (start $start)
    (func (export "f") (param i32 i32) (result i32) (local $i i32)
      (block $out (result i32) (loop $again (result i32)
        (if (result i32) (i32.ge_s (local.get $i) (i32.const 3))
          (then (br $out (i32.add (global.get $g) (call_indirect (type $t) (local.get 0) (local.get 1)))))
          (else (local.set $i (i32.add (local.get $i) (i32.const 1))) (br $again)))))))`
  const { exports } = await instanceOf(text)
  assert.is(exports.f!(7, 0), 54)
  assert.is(exports.f!(7, 1), 89)
})

test('what plugins may not use is refused', async () => {
  const codes = await Promise.all(
    [
      '(module (memory 1 1 shared) (func (drop (i32.atomic.load (i32.const 0)))))',
      '(module (table 1 funcref) (func (drop (table.grow (ref.null func) (i32.const 1)))))',
      '(module (memory 1) (memory 1))',
    ].map(async (text) => refusal(await moduleOf(text))),
  )
  assert.equal(codes, ['PLUGIN_MALFORMED', 'PLUGIN_FEATURE', 'PLUGIN_MALFORMED'])
})

test('bytes cut short or flipped are refused, or give a module that the engine checks', async () => {
  const bytes = await moduleOf(
    '(module (memory 1) (func (export "f") (param i32) (result i32) (loop (br_if 0 (local.get 0))) (i32.const 1)))',
  )
  for (let length = 0; length < bytes.length; length++) {
    const code = refusal(bytes.slice(0, length))
    assert.ok(length < 8 ? code === 'PLUGIN_MALFORMED' : ['PLUGIN_MALFORMED', 'none'].includes(code), `${length}: ${code}`)
  }
  for (let at = 8; at < bytes.length; at++) {
    for (const mask of [1, 0x40, 0x80, 0xff]) {
      const changed = bytes.slice()
      changed[at]! ^= mask
      let metered: Uint8Array
      try {
        metered = meterModule(changed).bytes
      } catch (error) {
        assert.instance(error, WippyError, `byte ${at}`)
        continue
      }
      if (!WebAssembly.validate(metered as BufferSource)) continue
      const imports = WebAssembly.Module.imports(new WebAssembly.Module(metered as BufferSource)).map(({ name }) => name)
      assert.equal(imports.slice(-2), ['fuel', 'room'], `byte ${at}: metered all the same`)
    }
  }
})

test('wasmoon, a large module of another compiler, is valid when metered', () => {
  const glue = readFileSync(join(import.meta.dirname, '../../node_modules/wasmoon/dist/glue.wasm'))
  const { bytes, pages } = meterModule(glue)
  assert.ok(WebAssembly.validate(bytes as BufferSource))
  assert.is(pages, 256 + 1) // its memory, and its table
})

test.run()
