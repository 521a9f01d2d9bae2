// The plugins of a node: made when the first entry or command asks for them.

import type { Plugins } from '../plugin/plugins.ts'
import type { Parts } from './parts.ts'

const known = new WeakMap<Parts, Promise<Plugins>>()

const make = async (parts: Parts): Promise<Plugins> => {
  const [{ CALLED, Plugins }, { Library }, { PluginHost }] = await Promise.all([
    import('../plugin/plugins.ts'),
    import('../plugin/library.ts'),
    import('../plugin/host.ts'),
  ])
  const { config, state, clock, log, callees, registry, scheduler, report } = parts
  const host = new PluginHost(parts)
  const plugins = new Plugins({
    root: config.root,
    clock,
    library: new Library(state),
    env: (name) => process.env[name],
    print: (entry, text) => log.record('info', entry, text.trimEnd()),
    host: (asker, ask) => host.answer(asker, ask),
    purse: {
      left: (pid) => scheduler.budgetOf(pid)?.fuelLeft ?? Number.POSITIVE_INFINITY,
      spend: (pid, fuel) => scheduler.budgetOf(pid)?.spend(fuel),
    },
    kinds: registry.kinds,
    report,
  })
  for (const kind of CALLED) callees.add(kind, plugins.call)
  return plugins
}

/** The plugins of a node; the same whenever they are asked for. */
export const pluginsOf = (parts: Parts): Promise<Plugins> => {
  let plugins = known.get(parts)
  if (!plugins) {
    plugins = make(parts)
    known.set(parts, plugins)
  }
  return plugins
}
