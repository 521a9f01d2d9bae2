// Workflows as people read them.

import type { PlainEvent, PlainRecord, Row, WorkflowShown } from '../app/workflow-view.ts'
import { ageText, bytesText } from './figures.ts'
import { jsonLine, table, visible } from './output.ts'

const LONGEST = 160 // characters of a value
const NS_PER_MS = 1e6
const SECOND_MS = 1000

export const workflowTable = (rows: readonly Row[]): string =>
  table(
    ['workflow', 'status', 'entry', 'records', 'started', 'ended'],
    rows.map(({ id, status, entry, records, started, ended }) => [
      ...[visible(id), status, visible(entry), String(records)],
      ...[started, ended ?? '-'],
    ]),
  )

const short = (text: string): string => visible(text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text)
const valueText = (value: unknown): string => short(jsonLine(value) ?? 'null')

type Failure = { readonly message?: unknown }
const errorText = (error: unknown): string => {
  const message = (error as Failure | null)?.message
  return typeof message === 'string' ? short(message) : valueText(error)
}

/** Values behind each other; what is nil at their end says nothing. */
const valuesText = ({ values, bytes = 0 }: PlainEvent, from = 0): string => {
  if (!values) return bytes > 0 ? `(${bytesText(bytes)})` : ''
  const last = values.findLastIndex((value) => value !== null)
  return short(
    values
      .slice(from, last + 1)
      .map((value) => jsonLine(value) ?? 'null')
      .join(', '),
  )
}

const spanText = (ms: number): string => (ms < SECOND_MS ? `${Math.round(ms)}ms` : ageText(ms))
const waitText = (value: unknown): string => spanText(Number(value ?? 0) / NS_PER_MS)

/** An ask in words. The values of calls and spawns begin with what is no argument: options, and where to. */
const askText = (event: PlainEvent): string => {
  const { name = '', other = '', values } = event
  const target = visible(other)
  if (name === 'funcs.call') return `calls ${target}(${valuesText(event, 1)})`
  if (name === 'workflow.exec') return `runs ${target}(${valuesText(event)})`
  if (name === 'process.spawn') return `${values?.[1] === 'exec' ? 'runs' : 'starts'} ${target}(${valuesText(event, 3)})`
  if (name === 'time.sleep') return `sleeps ${waitText(values?.[0])}`
  if (name === 'time.after') return `sets a timer of ${waitText(values?.[0])}`
  if (name === 'time.ticker') return `sets a ticker of ${waitText(values?.[0])}`
  return ['asks', visible(name), target, valuesText(event)].filter(Boolean).join(' ')
}

const TIMES: Readonly<Record<string, string>> = {
  'time.sleep': 'wakes up',
  'time.after': 'its timer fires',
  'time.ticker': 'its ticker ticks',
}

const answerText = (event: PlainEvent): string => {
  const { name = '', asked = '', ok, values } = event
  if (Object.hasOwn(TIMES, asked)) return TIMES[asked]!
  const who = visible(name || asked) || 'what was asked earlier'
  if (asked === 'send') return ok ? `${who} has the message` : `${who} does not get the message: ${errorText(values?.[0])}`
  return !ok ? `${who} fails: ${errorText(values?.[0])}` : `${who} answers ${valuesText(event)}`.trimEnd()
}

const endText = ({ ok, values }: PlainEvent): string => {
  if (!ok) return `ends: ${errorText(values?.[1])}`
  return values?.[0] === null || values?.[0] === undefined ? 'ends' : `ends with ${valueText(values[0])}`
}

const eventText = (event: PlainEvent): string => {
  const { name = '', other = '' } = event
  const from = other === '' ? '' : ` from ${visible(other)}`
  switch (event.event) {
    case 'begins':
      return `begins ${visible(name)}(${valuesText(event)}) on ${visible(other)}`
    case 'resumes':
      return 'is taken up by another start of the node'
    case 'forked':
      return `goes on from record ${event.tag} of ${visible(name)}`
    case 'paused':
      return 'is paused'
    case 'unpaused':
      return 'goes on'
    case 'receives':
      return `receives "${visible(name)}"${from}: ${valuesText(event)}`
    case 'hears':
      return `hears ${visible(name)}${from}: ${valuesText(event)}`
    case 'asks':
      return askText(event)
    case 'sends':
      return `sends "${visible(name)}" to ${visible(other)}: ${valuesText(event)}`
    case 'answered':
      return answerText(event)
    case 'ends':
      return endText(event)
    case 'fails':
      return `${visible(name) || 'an attempt'} fails, and is tried again at ${new Date(Number(event.values?.[1] ?? 0)).toISOString()}: ${errorText(event.values?.[0])}`
    case 'tried':
      return `tries ${visible(name) || 'what was asked earlier'} again`
    case 'rests':
      return `${visible(name) || 'what was asked earlier'} is left to who goes on with it`
    case 'beats':
      return `${visible(name) || 'an attempt'} is at work: ${valuesText(event)}`
  }
}

/** What records tell, one line for each thing that happened; times count from `started`. */
export const timelineText = (records: readonly PlainRecord[], started: string): string => {
  const rows = records.flatMap(({ record, time, events }) =>
    events.map((event, i) => {
      const place = i === 0 ? [String(record), `+${spanText(Math.max(0, Date.parse(time) - Date.parse(started)))}`] : ['', '']
      return [...place, eventText(event)]
    }),
  )
  return table(['record', 'after', 'what'], rows)
}

const waitingText = ({ status, waiting: { mail, timers, next } }: WorkflowShown): readonly string[] => {
  if (status !== 'running' && status !== 'paused') return []
  const messages = `${mail} ${mail === 1 ? 'message' : 'messages'}`
  return [`waiting   ${messages}, ${timers} ${timers === 1 ? 'timer' : 'timers'}${next === null ? '' : `, due ${next}`}`]
}

const problemText = (problem: WorkflowShown['problem']): readonly string[] => {
  if (problem === undefined) return []
  const { code, message, at, hint } = problem
  return [
    `stands    ${at === '' ? '' : `${visible(at)}: `}${visible(message)} [${code}]`,
    ...(hint === null ? [] : [`          → ${visible(hint)}`]),
  ]
}

export const workflowText = (shown: WorkflowShown): string => {
  const { id, status, entry, host, parent, started, ended, search, memo, timeline, omitted } = shown
  const fields = Object.entries({ search, memo }).filter(([, value]) => Object.keys(value).length > 0)
  return [
    `${visible(id)}  ${status}`,
    `entry     ${visible(entry)} on ${visible(host)}`,
    ...(parent === null ? [] : [`parent    ${visible(parent)}`]),
    `started   ${started}`,
    ...(ended === null ? [] : [`ended     ${ended}`]),
    ...('result' in shown ? [`result    ${valueText(shown.result)}`] : []),
    ...problemText(shown.problem),
    ...('error' in shown ? [`error     ${errorText(shown.error)}`] : []),
    ...fields.map(([name, value]) => `${name.padEnd(9)} ${valueText(value)}`),
    ...waitingText(shown),
    ...(omitted > 0 ? [`${omitted} earlier records are not shown: wippy workflow journal ${visible(id)}`] : []),
    timelineText(timeline, timeline[0]?.time ?? started),
  ].join('\n')
}
