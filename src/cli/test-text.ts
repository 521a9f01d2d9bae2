// What `wippy test` says: each case as it ends, what failed with its place, and how many there were.

import { diff, styleText } from 'node:util'
import { frameAt } from '../app/frame.ts'
import type { Failure, TestCase } from '../app/test-case.ts'
import type { Tested, TestListener, Totals } from '../app/testing.ts'
import { ageText } from './figures.ts'
import { coloured, print, visible } from './output.ts'

const MARKS = { passed: styleText('green', '✓'), failed: styleText('red', '✗'), skipped: styleText('yellow', '-') } as const
const SLOW_MS = 100

/** How long something took. */
export const tookText = (ms: number): string => (ms < 1000 ? `${Math.round(ms)} ms` : ageText(ms))

/** `12 passed, 1 failed, 0 skipped`. */
export const totalsText = ({ passed, failed, skipped }: Totals): string => {
  const bad = `${failed} failed`
  return `${styleText('green', `${passed} passed`)}, ${failed > 0 ? styleText('red', bad) : bad}, ${skipped} skipped`
}

const safe = (text: string): string => text.split('\n').map(visible).join('\n')
const indented = (text: string): string => safe(text).replaceAll(/^/gm, '      ')

/** What was expected and what came, line by line. */
const sidesText = ({ expected, actual }: Failure): string | null => {
  if (expected === null || actual === null) return null
  const [from, to] = [safe(expected).split('\n'), safe(actual).split('\n')]
  if (from.length === 1 && to.length === 1) return coloured(`- expected  ${from[0]}\n+ actual    ${to[0]}`)
  const lines = diff(from, to).map(([sign, line]) => `${sign === 1 ? '-' : sign === -1 ? '+' : ' '} ${line}`)
  return coloured(['- expected, + actual:', ...lines].join('\n'))
}

/** The lines around the place; without a mark in them, for the column is not known. */
const frameText = (root: string, { file, line }: Failure): string | undefined =>
  file === null || line === null
    ? undefined
    : frameAt(root, { file, line })
        ?.replaceAll(/^\s*\|\s*\^\n?/gm, '')
        .trimEnd()

const placeText = ({ file, line }: Failure): string => (file === null ? '' : line === null ? visible(file) : `${visible(file)}:${line}`)

const failureText = (root: string, failure: Failure): string => {
  const place = placeText(failure)
  const parts = [place && styleText('bold', place), safe(failure.message), frameText(root, failure), sidesText(failure)]
  return parts.flatMap((part) => (part ? part.replaceAll(/^/gm, '      ') : [])).join('\n')
}

const nameOf = ({ suite, name }: TestCase): string => visible([...(suite === '' ? [] : suite.split(' > ')), name].join(' › '))

/** Writes as tests run; `root` is where files are, as failures name them. */
export const reporting = (root: string): TestListener & { failures(): readonly string[] } => {
  const failures: string[] = []
  let heading = ''
  return {
    began: ({ id, meta }) => {
      const suite = typeof meta.suite === 'string' ? styleText('dim', `  ${visible(meta.suite)}`) : ''
      heading = `${styleText('bold', id)}${suite}`
    },
    ended: ({ id }, one) => {
      if (heading !== '') print(heading)
      heading = ''
      const took = styleText(one.ms >= SLOW_MS ? 'yellow' : 'dim', `  ${tookText(one.ms)}`)
      print(`  ${MARKS[one.status]} ${nameOf(one)}${one.status === 'skipped' ? '' : took}`)
      if (one.failure === null) return
      print(failureText(root, one.failure))
      failures.push([`${id} › ${nameOf(one)}`, placeText(one.failure)].filter(Boolean).join('  '))
    },
    done: ({ cases, output }) => {
      if (output !== '' && cases.some(({ status }) => status === 'failed'))
        print(styleText('dim', `    it wrote:\n${indented(output.trimEnd())}`))
    },
    failures: () => failures,
  }
}

export const testJson = (tested: readonly Tested[], totals: Totals, ms: number): object => ({
  ...{ $type: 'test', v: 1, ok: totals.failed === 0, ...totals, ms: Math.round(ms) },
  tests: tested.map(({ cases, ms: took, ...more }) => ({
    ...more,
    ms: Math.round(took),
    cases: cases.map((one) => ({ ...one, ms: Math.round(one.ms) })),
  })),
})
