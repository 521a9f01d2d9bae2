// What `wippy test` does: starts the app in a node of its own, whose state is gone afterwards, and runs its tests there.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Node } from '../app.ts'
import type { Config } from '../config.ts'
import { Kind, WippyError } from '../error.ts'
import { whenGone } from '../gone.ts'
import type { Entry, Swap } from '../index.ts'
import { type AppFlags, configure } from './configure.ts'
import { Exit } from './exit.ts'
import { faultsOf } from './faults.ts'
import { lockdown } from './lockdown.ts'
import { logOf } from './log.ts'
import { complain, json, print, sayAll } from './output.ts'
import { waitingFor } from './progress.ts'
import { Quit } from './quit.ts'
import { unpacked } from './run.ts'
import { settled } from './settle.ts'
import { listenForSignals } from './signals.ts'
import { swapText } from './swap.ts'
import { reporting, testJson, tookText, totalsText } from './test-text.ts'

const LEFT_MS = 2_000 // what tests leave behind may take this long to end

export type TestFlags = AppFlags & {
  readonly ns: readonly string[]
  readonly json: boolean
  readonly watch: boolean
  readonly console: boolean
  readonly timeout: string
}

type Testing = {
  readonly node: Node
  readonly flags: TestFlags
  readonly words: readonly string[]
  readonly gone: AbortSignal
}

/** The app's configuration, for a node that leaves nothing behind and takes up nobody's work. */
const apart = (config: Config, state: string): Config => ({
  ...config,
  state,
  registry: { ...config.registry, history: 'none' },
  sections: { ...config.sections, workflow: { engine: 'lmdb' } },
})

/** Runs the tests that are meant; ends the program when that was all. Throws what is to be said about a mistake. */
export const test = async (flags: TestFlags, given: readonly string[]): Promise<void> => {
  const isPacked = given[0]?.endsWith('.wapp') === true
  const config = await (isPacked ? unpacked(given[0]!, flags) : configure(flags))
  const words = isPacked ? given.slice(1) : given
  const state = mkdtempSync(join(tmpdir(), 'wippy-test-state-'))
  const signals = listenForSignals((code) => process.exit(code))
  const gone = new AbortController()
  let pressed = 0
  signals.stopWith((code) => {
    pressed = code
    gone.abort()
  })
  try {
    const wippy = await import('../index.ts')
    const load = lockdown()
    const attended = () => ({ expected: true, entry: null, isUnread: false })
    const log = logOf(config, { console: flags.console, silent: false, verbose: false }, attended, wippy)
    const node = await waitingFor('starting', wippy.boot(apart(config, state), { log, load, passing: true }))
    try {
      const code = await perform({ node, flags, words, gone: gone.signal })
      if (code !== 0 || pressed !== 0) throw new Quit(pressed || code)
    } finally {
      await Promise.race([node.stop(), new Promise((resolve) => setTimeout(resolve, LEFT_MS).unref())])
      await node.stop({ now: true })
    }
  } finally {
    signals.leave()
    rmSync(state, { recursive: true, force: true })
  }
}

const missing = (node: Node, words: readonly string[], tests: readonly Entry[]): WippyError => {
  if (tests.length === 0) {
    const own = node.commands().find(({ useCase }) => useCase === 'test')
    const hint = own
      ? `It has a command for that: wippy run ${own.name}`
      : 'A test is a function.lua entry with meta.type: test; "wippy new hello" comes with one.'
    return new WippyError('TEST_NONE', Kind.NotFound, 'this app has no tests', { hint })
  }
  const hint = `Tests here: ${tests.map(({ id }) => id).join(', ')}.`
  return new WippyError('TEST_NONE', Kind.NotFound, `no test has ${words.length > 0 ? words.join(' or ') : 'such a namespace'} in its id`, {
    hint,
  })
}

/** Whether a problem is one of the app's files. What may go well another time, as an address that is taken, is not. */
const isOfTheApp = ({ retryable }: WippyError): boolean => retryable !== true

const perform = async (testing: Testing): Promise<number> => {
  const { node, flags, words } = testing
  const { referencesOf } = await import('../index.ts')
  const { testsAmong, timeoutOf } = await import('../app/testing.ts')
  timeoutOf(flags.timeout)
  const { causes } = faultsOf(node.problems, [...node.registry.snapshot().entries()], referencesOf)
  sayAll(causes)
  const meant = (): Entry[] => testsAmong(node.registry.snapshot().entries(), words, flags.ns)
  const tests = meant()
  if (tests.length === 0) {
    const none = missing(node, words, testsAmong(node.registry.snapshot().entries()))
    if (!flags.watch) throw none
    sayAll([none])
  }
  await settled(node)
  const failed = tests.length > 0 && (await runAndSay(testing, tests))
  if (flags.watch) await watching(testing, meant)
  return failed ? Exit.failed : causes.some(isOfTheApp) ? Exit.app : 0
}

/** Runs tests and says what came of it; whether any failed. */
const runAndSay = async ({ node, flags, gone }: Testing, tests: readonly Entry[]): Promise<boolean> => {
  const { runTests, totalsOf } = await import('../app/testing.ts')
  const report = reporting(node.config.root)
  const start = performance.now()
  const operator = () => ({ values: {}, operator: true })
  const heard = flags.json ? {} : report
  const tested = await runTests(node, tests, { context: operator, timeout: flags.timeout, heard, gone })
  const totals = totalsOf(tested)
  const ms = performance.now() - start
  if (flags.json) print(json(testJson(tested, totals, ms)))
  else {
    const failures = report.failures()
    if (failures.length > 1) print(`\nfailed:\n${failures.map((line) => `  ${line}`).join('\n')}`)
    print(`\n${totalsText(totals)} in ${tookText(ms)}`)
  }
  return totals.failed > 0
}

/** Runs what each save touches, until nobody wants to know any more. */
const watching = async (testing: Testing, meant: () => Entry[]): Promise<void> => {
  const { node, gone } = testing
  const [{ versionName }, { touchedBy }] = await Promise.all([import('../index.ts'), import('../app/testing.ts')])
  const waiting: Swap[] = []
  let wake = (): void => {}
  await node.follow((swap) => {
    waiting.push(swap)
    wake()
  })
  complain('Waiting for files to be saved; Ctrl-C ends this.')
  while (!gone.aborted) {
    if (waiting.length === 0) {
      const { promise, resolve } = Promise.withResolvers<void>()
      wake = resolve
      const forget = whenGone(gone, resolve)
      await promise
      forget()
      continue
    }
    const swaps = waiting.splice(0)
    for (const swap of swaps) complain(swapText(swap, versionName(node.registry.current)))
    const ids = swaps.flatMap(({ operations, version }) =>
      version === null ? [] : operations.map((one) => (one.kind === 'entry.delete' ? one.id : one.entry.id)),
    )
    if (ids.length > 0) await runAndSay(testing, touchedBy(ids, meant(), node.registry.snapshot().entries()))
  }
}
