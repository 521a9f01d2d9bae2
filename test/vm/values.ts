// Values on their way across the border of a process, as bytes and as each side sees them.

import * as assert from 'uvu/assert'
import { LuaProcess } from './lua-process.ts'

const ECHO = `local ch = process.listen('value') while true do process.send('{app:processes|0x00002}', 'echo', (ch:receive())) end`

/** What an echo makes of payloads, as bytes. */
export const echo = (...payloads: readonly Uint8Array[]): Uint8Array[] => {
  const process = new LuaProcess(ECHO, { hardFuel: 1 << 28 })
  process.run()
  for (const payload of payloads) {
    assert.is(process.post('value', payload).run(1 << 20), 'wait')
    const { tag } = process.sends.at(-1)!
    if (tag !== 0) assert.is(process.reply(tag).run(), 'wait')
  }
  process.close()
  return process.sends.map(({ payload }) => payload)
}
/** Values without the difference between kinds of objects, and between orders of keys. */
export const plain = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  const entries = value instanceof Map ? [...value] : Object.entries(value)
  const sorted = entries.map(([key, item]) => [key, plain(item)] as const).sort(([a], [b]) => (String(a) < String(b) ? -1 : 1))
  return value instanceof Map ? ['map', ...sorted] : Object.fromEntries(sorted)
}
/** Bytes as hexadecimal. */
export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
/** Bytes of msgpack from hexadecimal, as the payload of one value. */
export const one = (text: string): Uint8Array => Uint8Array.from([0x91, ...Buffer.from(text.replaceAll(' ', ''), 'hex')])
/** What Lua writes for an expression. */
export const written = (expression: string): string => {
  const process = new LuaProcess(`process.send('{x|1}', 't', ${expression})`, { hardFuel: 1 << 28 })
  process.run(1 << 20)
  process.close()
  return hex(process.sends[0]!.payload).slice(2)
}
/** What Lua sees of bytes, by an expression over `value`. */
export const seen = (bytes: Uint8Array, expression: string): unknown => {
  const process = new LuaProcess(`local ch = process.listen('value') local value = ch:receive() return ${expression}`)
  process.run()
  process.post('value', bytes)
  const result = process.result(1 << 20)
  process.close()
  return result
}
