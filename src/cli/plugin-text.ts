// Plugins as people read them.

import type { Inspection, Summary } from '../plugin/installed.ts'
import { table, visible } from './output.ts'

const listed = (words: readonly string[], none: string): string => (words.length === 0 ? none : words.map(visible).join(' '))

/** What of it was asked for and not given. */
const withheld = ({ asks, allow }: Summary): readonly string[] => asks.filter((ask) => !allow.some((one) => one.split(':')[0] === ask))

export const permissionText = (plugin: Summary): string =>
  [
    `asks for  ${listed(plugin.asks, 'nothing')}`,
    `may have  ${listed(plugin.allow, 'nothing')}`,
    ...(withheld(plugin).length === 0
      ? []
      : [
          `It does without ${withheld(plugin).join(', ')}. To give it something: wippy plugin permissions ${plugin.name} --allow ${withheld(plugin)[0]}`,
        ]),
  ].join('\n')

export const pluginTable = (plugins: readonly Summary[]): string =>
  table(
    ['plugin', 'functions', 'asks for', 'may have', 'hash'],
    plugins.map((one) => [one.name, String(one.functions), listed(one.asks, '-'), listed(one.allow, '-'), one.hash.slice(0, 19)]),
  )

export const inspectionText = (plugin: Inspection): string => {
  const exports = plugin.exports.map(({ name, signature }) => [visible(name), visible(signature)])
  const omitted = plugin.omitted.map(({ name, why }) => [visible(name), `not callable: ${why}`])
  return [
    `${plugin.name}  ${plugin.hash}`,
    table(['export', 'takes and gives'], [...exports, ...omitted]),
    permissionText(plugin),
    `calls     ${plugin.calls}, ${plugin.fuel} units of fuel, ${Math.ceil(plugin.memoryBytes / 1024)} KiB of memory`,
  ].join('\n')
}

/** How Lua gets at it. */
export const usageText = ({ name, exports }: Inspection): string => {
  const first = exports[0]?.name ?? ''
  return `In Lua: imports: { ${name.replaceAll('-', '_')}: plugins.${name}:lua }, or funcs.call("plugins.${name}:${first}", …)`
}
