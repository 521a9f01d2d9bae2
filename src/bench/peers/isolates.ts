// A V8 isolate each (isolated-vm), with a heap of its own on the same thread.

import { footprintOf, serve, timed } from './serve.ts'

/** What is used of the package, which need not be there. */
type Reference = { applySync(self: undefined, args: readonly unknown[], options?: object): unknown }
type Context = { eval(code: string, options?: object): Promise<Reference> }
type Isolate = { createContext(): Promise<Context>; dispose(): void }
type IsolatedVm = { readonly Isolate: new (options: { readonly memoryLimit: number }) => Isolate }

const NAME: string = 'isolated-vm'
const load = async (): Promise<IsolatedVm> => ((await import(NAME)) as { readonly default: IsolatedVm }).default
const loaded = load()

const create = async (): Promise<{ readonly isolate: Isolate; readonly context: Context }> => {
  const { Isolate } = await loaded
  const isolate = new Isolate({ memoryLimit: 16 })
  return { isolate, context: await isolate.createContext() }
}

const calls = async (count: number, code: string, argument: (at: number) => unknown): Promise<number> => {
  const { isolate, context } = await create()
  const fn = await context.eval(code, { reference: true })
  const taken = await timed(() => {
    for (let i = 0; i < count; i++) fn.applySync(undefined, [argument(i)], { arguments: { copy: true }, result: { copy: true } })
  })
  isolate.dispose()
  return taken
}

serve({
  call: (count) => calls(count, 'let total = 0; (n) => { total += n; return n + 1 }', (at) => at),
  message: (count) =>
    calls(Math.ceil(count / 2), 'let total = 0; (m) => { total += m.data.length; return m }', (id) => ({
      from: '{app:processes|0x00001}',
      id,
      data: ['hello', 3.5, true],
    })),
  spawn: async (count) => {
    let ns = 0
    for (let i = 0; i < count; i++) {
      ns += await timed(async () => {
        const { isolate } = await create()
        isolate.dispose()
      })
    }
    return ns
  },
  alive: (count) =>
    footprintOf(count, async () => {
      const all: unknown[] = []
      for (let i = 0; i < count; i++) all.push(await create())
      return all
    }),
})
