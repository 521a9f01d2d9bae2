// The command line: hands the arguments to oclif and says what went wrong.
//
// C1  Input that is wrong gives one message: what, where, how to mend it. A JavaScript stack appears only for a bug of ours, with WIPPY_DEBUG=1.
// C2  What a command needs of the runtime it imports when it runs; help and version never load it.

import { readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import type { Interfaces } from '@oclif/core'
import { run } from '@oclif/core/run'
import { settings } from '@oclif/core/settings'
import { describe, WippyError } from '../error.ts'
import { guardArguments } from './arguments.ts'

const here = import.meta.dirname
const root = join(here, '..', '..')

/** package.json, with places in the tree this file runs from: src/ or dist/. */
const manifest = (): Interfaces.PJSON => {
  const pjson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const file = (name: string) => `./${join(here.slice(root.length + 1), name)}${extname(import.meta.filename)}`
  const commands = { strategy: 'explicit', target: file('commands/index'), identifier: 'COMMANDS' }
  const hooks = { command_not_found: { target: file('unknown'), identifier: 'unknown' } }
  return { ...pjson, oclif: { ...pjson.oclif, commands, hooks } }
}

type Failure = Error & { readonly code?: string; readonly oclif?: { readonly exit?: number }; readonly parse?: unknown }

/** Says what went wrong; returns the exit code. */
const tell = (error: Failure): number => {
  if (error.code === 'EEXIT') return error.oclif?.exit ?? 0
  if (error instanceof WippyError || error.parse || error.oclif) {
    const [message = '', ...rest] = describe(error).split('\n')
    console.error([message.replace(/^Error: /, ''), ...rest].join('\n'))
    return error.oclif?.exit ?? 1
  }
  console.error(`a bug in wippy: ${error.message}`)
  console.error(process.env.WIPPY_DEBUG ? error.stack : '  → WIPPY_DEBUG=1 shows where')
  return 1
}

/** Runs the command line. Sets the exit code; what still runs keeps the program alive. */
export const main = async (argv: readonly string[]): Promise<void> => {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
  settings.enableAutoTranspile = false // the sources run as they are
  try {
    await run(guardArguments(argv), { root, pjson: manifest() })
  } catch (error) {
    process.exitCode = tell(error as Failure)
  }
}
