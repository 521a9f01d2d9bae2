// Table constructors as code on one line, within what one Lua function can hold.
//
// While Lua fills a table it keeps the table and up to 50 of its items in registers, of which a function has 255. A constructor that
// would need too many inside another one becomes a function of its own, called on the spot.

/** An expression, and the registers that its evaluation takes. */
export type Code = { readonly text: string; readonly registers: number }

const FLUSH = 50
const MAX_REGISTERS = 120

export const code = (text: string): Code => ({ text, registers: 1 })
export const quoted = (name: string): Code => code(`"${name}"`)

/** `{a, b, …}`; an item may also be a `keyed` one. */
export const table = (items: readonly Code[]): Code => {
  const text = `{${items.map((item) => item.text).join()}}`
  const registers = items.reduce((most, item, index) => Math.max(most, 1 + (index % FLUSH) + item.registers), 1)
  return registers <= MAX_REGISTERS ? { text, registers } : code(`(function()return ${text} end)()`)
}

/** `{"tag", a, b, …}` */
export const tagged = (tag: string, ...items: readonly Code[]): Code => table([quoted(tag), ...items])

/** `key = value` in a table. */
export const keyed = (key: string, { text, registers }: Code): Code => ({ text: `${key}=${text}`, registers: registers + 1 })
