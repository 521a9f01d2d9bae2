// JavaScript in QuickJS in WebAssembly (quickjs-emscripten): a runtime with a context each, all of them in one memory.

import { footprintOf, serve, timed } from './serve.ts'

/** What is used of the package, which need not be there. */
type Handle = { dispose(): void }
type Context = {
  readonly undefined: Handle
  readonly global: Handle
  newNumber(value: number): Handle
  newString(value: string): Handle
  getProp(object: Handle, name: string): Handle
  callFunction(fn: Handle, self: Handle, ...args: Handle[]): unknown
  unwrapResult(result: unknown): Handle
  evalCode(code: string): unknown
  dump(handle: Handle): unknown
  dispose(): void
}
type QuickJS = { newContext(): Context }

const NAME: string = 'quickjs-emscripten'
const load = async (): Promise<QuickJS> => ((await import(NAME)) as { getQuickJS(): Promise<QuickJS> }).getQuickJS()
const loaded = load()
const CODE = `let total = 0
globalThis.add = (n) => { total += n; return n + 1 }
globalThis.take = (text) => { const message = JSON.parse(text); total += message.data.length; return JSON.stringify(message) }`

const create = async (): Promise<Context> => {
  const context = (await loaded).newContext()
  context.unwrapResult(context.evalCode(CODE)).dispose()
  return context
}

const calls = async (count: number, name: string, argument: (context: Context, at: number) => Handle): Promise<number> => {
  const context = await create()
  const fn = context.getProp(context.global, name)
  return timed(() => {
    for (let i = 0; i < count; i++) {
      const given = argument(context, i)
      const result = context.unwrapResult(context.callFunction(fn, context.undefined, given))
      context.dump(result)
      result.dispose()
      given.dispose()
    }
  })
}

serve({
  call: (count) => calls(count, 'add', (context, at) => context.newNumber(at)),
  message: (count) =>
    calls(Math.ceil(count / 2), 'take', (context, id) =>
      context.newString(JSON.stringify({ from: '{app:processes|0x00001}', id, data: ['hello', 3.5, true] })),
    ),
  spawn: (count) =>
    timed(async () => {
      for (let i = 0; i < count; i++) (await create()).dispose()
    }),
  alive: (count) => footprintOf(count, () => Promise.all(Array.from({ length: count }, create))),
})
