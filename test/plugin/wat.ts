// Modules written as text, for tests.

import { parse } from '@bytecodealliance/jco'
import { meterModule } from '../../src/plugin/meter.ts'

export const moduleOf = async (text: string): Promise<Uint8Array<ArrayBuffer>> => new Uint8Array(await parse(text))

export type Metered = {
  readonly exports: Readonly<Record<string, CallableFunction & WebAssembly.Global>>
  readonly fuel: WebAssembly.Global
}

/** A metered instance with so much fuel and room for so many pages more. */
export const instanceOf = async (text: string, { fuel = 1_000_000, room = 4, imports = {} } = {}): Promise<Metered> => {
  const tank = new WebAssembly.Global({ value: 'i64', mutable: true }, BigInt(fuel))
  const wippy = { fuel: tank, room: new WebAssembly.Global({ value: 'i32', mutable: true }, room) }
  const { bytes } = meterModule(await moduleOf(text))
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes as BufferSource), { ...imports, wippy })
  return { exports: instance.exports as Metered['exports'], fuel: tank }
}
