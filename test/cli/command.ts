// Runs the real program, as a user would.

import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import * as assert from 'uvu/assert'

export const ROOT = join(import.meta.dirname, '..', '..')
const BIN = join(ROOT, 'bin', 'wippy.js')
const LONGEST_MS = 150_000

export type Ended = { readonly code: number | null; readonly signal: NodeJS.Signals | null; readonly out: string; readonly err: string }

export type Running = {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  /** When what was written so far, to either stream, holds `text`. */
  said(text: string): Promise<void>
}

export type RunOptions = {
  readonly cwd: string
  /** What stdin holds; null keeps it open. */
  readonly input?: string | null
  readonly env?: Readonly<Record<string, string>>
  /** Arguments of Node itself. */
  readonly node?: readonly string[]
  readonly bin?: string
}

/** Starts `wippy ARGS`. It is killed when it takes so long that its test would not end in time. */
export const start = (args: readonly string[], { cwd, input, env = {}, node = [], bin = BIN }: RunOptions): Running => {
  const child = spawn(process.execPath, [...node, bin, ...args], { cwd, env: { ...process.env, NO_COLOR: '1', ...env } })
  const late = setTimeout(() => child.kill('SIGKILL'), LONGEST_MS)
  let out = ''
  let err = ''
  let hasEnded = false
  let waiting: (() => void)[] = []
  const heard = () => {
    const all = waiting
    waiting = []
    for (const look of all) look()
  }
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8') // a character may come in two pieces
  child.stdout.on('data', (chunk) => {
    out += chunk
    heard()
  })
  child.stderr.on('data', (chunk) => {
    err += chunk
    heard()
  })
  if (input !== null) child.stdin.end(input)
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code, signal) => {
      clearTimeout(late)
      hasEnded = true
      resolve({ code, signal, out, err })
      heard()
    })
  })
  const said = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = () => {
        if (out.includes(text) || err.includes(text)) resolve()
        else if (hasEnded) reject(new Error(`it ended without saying "${text}": ${out}${err}`))
        else waiting.push(look)
      }
      look()
    })
  return { child, ended, said }
}

/** Runs `wippy ARGS` to its end. */
export const wippy = (args: readonly string[], options: RunOptions): Promise<Ended> => start(args, options).ended

/** Nothing of a JavaScript stack, or of this machine, in what people read. */
export const assertPlain = ({ out, err }: Ended): void => {
  assert.not.match(out + err, /^\s+at .*:\d+:\d+\)?$/m)
  assert.not.match(out + err, /a bug in wippy|node:internal|file:\/\/\/|(?:src|cli|service)\/\S*\.ts/)
}

/** Commands below `topic` that are refused, with their exit codes and what they say; three at once. */
export const refused = async (
  cwd: string,
  topic: string,
  all: readonly (readonly [args: readonly string[], code: number, said: RegExp])[],
): Promise<void> => {
  const left = [...all]
  const work = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const [args, code, said] = next
      const ended = await wippy([topic, ...args], { cwd })
      assert.match(ended.err, said)
      assert.is(ended.code, code, `${args.join(' ')}: ${ended.err}`)
      assertPlain(ended)
    }
  }
  await Promise.all([work(), work(), work()])
}

/** An `_index.yaml` with a terminal and what `entries` says, in namespace app. */
export const index = (entries: string): string => `version: "1.0"
namespace: app
entries:
  - name: terminal
    kind: terminal.host
${entries.replace(/^\n/, '')}`

export const HELLO = `
  - name: hello
    kind: process.lua
    meta: { command: { name: hello, short: Say hello } }
    source: file://hello.lua
    method: main
    modules: [io]
`

export const HELLO_LUA = `local io = require("io")
local function main(...)
  io.print("Hello", ...)
  return 0
end
return { main = main }
`
