// The plugins of a node: made when the first entry or command asks for them.

import type { Plugins } from '../plugin/plugins.ts'
import type { Parts } from './parts.ts'

const known = new WeakMap<Parts, Promise<Plugins>>()

const make = async (parts: Parts): Promise<Plugins> => {
  const [{ KINDS, Plugins }, { Library }] = await Promise.all([import('../plugin/plugins.ts'), import('../plugin/library.ts')])
  const { config, state, clock, log, callees, report } = parts
  const plugins = new Plugins({
    root: config.root,
    clock,
    library: new Library(state),
    env: (name) => process.env[name],
    print: (entry, text) => log.record('info', entry, text.trimEnd()),
    report,
  })
  for (const kind of KINDS) callees.add(kind, plugins.call)
  return plugins
}

export const pluginsOf = (parts: Parts): Promise<Plugins> => {
  let plugins = known.get(parts)
  if (!plugins) {
    plugins = make(parts)
    known.set(parts, plugins)
  }
  return plugins
}
