// What `wippy lint` has found, for people and for programs.

import { styleText } from 'node:util'
import type { Diagnostic } from '../app/lint.ts'
import { counted, table } from './output.ts'

type Severity = Diagnostic['severity']

const COLOURS = { error: 'red', warning: 'yellow', hint: 'cyan' } as const
const SEVERITIES: readonly Severity[] = ['error', 'warning', 'hint']

/** How many there are of each severity. */
export type Counts = Readonly<Record<Severity, number>>

export const countsOf = (diagnostics: readonly Pick<Diagnostic, 'severity'>[]): Counts => {
  const counts = { error: 0, warning: 0, hint: 0 }
  for (const { severity } of diagnostics) counts[severity]++
  return counts
}

/** As upstream's `wippy lint --json` says it. */
export const lintJson = (
  diagnostics: readonly Diagnostic[],
  { entries, counts }: { readonly entries: number; readonly counts: Counts },
) => ({
  diagnostics: diagnostics.map(({ entry, code, severity, message, line, column }) => ({
    ...{ entry_id: entry, code, severity, message, line, column },
  })),
  total_entries: entries,
  error_count: counts.error,
  warning_count: counts.warning,
  hint_count: counts.hint,
})

const countsText = (counts: Counts): string =>
  SEVERITIES.filter((severity) => counts[severity] > 0)
    .map((severity) => styleText(COLOURS[severity], counted(counts[severity], severity)))
    .join(', ')

/** The last line: how much was read, and what came of it. */
export const lintSummary = (entries: number, counts: Counts): string =>
  `${counted(entries, 'entry', 'entries')} of Lua, ${countsText(counts) || styleText('green', 'nothing found')}`

const indented = (text: string): string => text.replaceAll(/^/gm, '  ')

/** One finding, with all entries that have the file. */
const findingText = ([first, ...more]: readonly Diagnostic[]): string => {
  const { file, line, column, severity, message, code, rule, frame, hint, entry } = first!
  const at = styleText('bold', `${file}:${line}:${column}`)
  const who = [entry, ...more.map((other) => other.entry)].filter((id) => id !== file)
  const head = `${at} ${styleText(COLOURS[severity], severity)}: ${message} ${styleText('dim', `[${code}${rule ? ` ${rule}` : ''}]`)}`
  return [
    who.length > 0 ? `${head} ${styleText('dim', `(${who.join(', ')})`)}` : head,
    ...(frame ? [indented(frame)] : []),
    ...(hint ? [`  → ${hint}`] : []),
  ].join('\n')
}

const grouped = <T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> => Map.groupBy(items, keyOf)

/** Every finding with the lines around it, file by file; what several entries of one file share is said once. */
export const lintText = (diagnostics: readonly Diagnostic[]): string => {
  const findings = grouped(diagnostics, ({ file, line, column, code, message }) => [file, line, column, code, message].join('\n'))
  const files = grouped([...findings.values()], ([first]) => first!.file)
  return [...files.values()].map((inFile) => inFile.map(findingText).join('\n\n')).join('\n\n')
}

const mostFirst = <T>(groups: Map<string, readonly T[]>): [string, readonly T[]][] => [...groups].sort((a, b) => b[1].length - a[1].length)

/** How much there is of what, and where. */
export const lintTables = (diagnostics: readonly Diagnostic[]): string => {
  const spaces = mostFirst(grouped(diagnostics, ({ entry }) => entry.slice(0, entry.indexOf(':'))))
  const codes = mostFirst(grouped(diagnostics, ({ code }) => code))
  return [
    table(
      ['NAMESPACE', 'FOUND', ''],
      spaces.map(([ns, found]) => [ns, String(found.length), countsText(countsOf(found))]),
    ),
    table(
      ['CODE', 'FOUND', 'SEVERITY', 'RULE'],
      codes.map(([code, found]) => [
        code,
        String(found.length),
        styleText(COLOURS[found[0]!.severity], found[0]!.severity),
        found[0]!.rule ?? '',
      ]),
    ),
  ].join('\n\n')
}
