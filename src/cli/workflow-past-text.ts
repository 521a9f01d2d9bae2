// The past of workflows as people read it: replays, and how one was behind a record.

import { styleText } from 'node:util'
import type { Replayed, StateShown } from '../app/workflow-past.ts'
import { table, visible } from './output.ts'

type Spot = { readonly file: string; readonly line: number; readonly defined: number }
type Variable = { readonly name: string; readonly value: string }
type Coroutine = StateShown['coroutines'][number]

const spotText = ({ file, line }: Spot): string => `${visible(file)}:${line}`
const callText = (spot: Spot): string => `${spotText(spot)}${spot.defined === 0 ? '' : ` in the function at line ${spot.defined}`}`

export const replayText = ({ id, same, steps, fuel, difference }: Replayed): string => {
  const done = `${steps} ${steps === 1 ? 'step' : 'steps'}, ${fuel} units of fuel`
  if (same || difference === null) return `${visible(id)} does what it did: ${done}`
  const { record, was, is, stands, stood } = difference
  const rows = [
    ['then', `it ${visible(was)}`, stood[0] ? spotText(stood[0]) : ''],
    ['now', `it ${visible(is)}`, stands[0] ? spotText(stands[0]) : ''],
  ]
  const calls = stands.slice(1).map((spot) => `      called from ${callText(spot)}`)
  return [
    `${visible(id)} does otherwise than it did, at record ${record}; before it are the same ${done}`,
    table(['', 'what', 'where'], rows),
    ...calls,
  ].join('\n')
}

const variablesText = (variables: readonly Variable[], indent: string): string[] => {
  const width = Math.max(...variables.map(({ name }) => name.length), 0)
  return variables.map(({ name, value }) => `${indent}${visible(name).padEnd(width)}  ${visible(value)}`)
}

const waitText = ({ waitsFor }: Coroutine, open: StateShown['open']): string => {
  const ask = open.find(({ tag }) => tag === waitsFor)
  if (ask === undefined) return ''
  const due = ask.due === null ? '' : ` until ${ask.due}`
  return `, waits for ${[visible(ask.op), visible(ask.target)].filter(Boolean).join(' ')}${due}`
}

const coroutineText = (coroutine: Coroutine, open: StateShown['open']): string => {
  const { isMain, frames, omitted } = coroutine
  const calls = frames.flatMap((frame) => [
    `  ${callText(frame)}`,
    ...variablesText(frame.locals, '    '),
    ...(frame.outer.length > 0 ? [styleText('dim', '    around it'), ...variablesText(frame.outer, '      ')] : []),
  ])
  const more = omitted > 0 ? [`  … ${omitted} more calls`] : []
  return [`${isMain ? 'The main coroutine' : 'A coroutine'}${waitText(coroutine, open)}`, ...calls, ...more].join('\n')
}

export const stateText = ({ id, entry, record, records, time, coroutines, omitted, globals, open }: StateShown): string => {
  const known = new Set(coroutines.map(({ waitsFor }) => waitsFor))
  const others = open.filter(({ tag }) => !known.has(tag))
  return [
    `${visible(id)} behind record ${record} of ${records}, ${time}`,
    `entry     ${visible(entry)}`,
    '',
    ...(coroutines.length === 0 ? ['No coroutine is under way: it has not begun, or it has ended.'] : []),
    coroutines.map((coroutine) => coroutineText(coroutine, open)).join('\n\n'),
    ...(omitted > 0 ? [`… ${omitted} more coroutines`] : []),
    ...(globals.length > 0 ? ['', 'Globals', ...variablesText(globals, '  ')] : []),
    ...(others.length > 0
      ? [
          '',
          'Also open',
          ...others.map(({ op, target, due }) => `  ${[visible(op), visible(target), due ?? ''].filter(Boolean).join(' ')}`),
        ]
      : []),
  ].join('\n')
}
