// The way to a command through oclif: it finds the command, reads its flags, shows help.

import { readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import type { Interfaces } from '@oclif/core'
import { run } from '@oclif/core/run'
import { settings } from '@oclif/core/settings'
import { guardArguments } from './arguments.ts'
import { lookUp } from './asked.ts'

const here = import.meta.dirname
const root = join(here, '..', '..')

/** package.json, with places in the tree this file runs from: src/ or dist/. */
const manifest = (): Interfaces.PJSON => {
  const pjson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const file = (name: string) => `./${join(here.slice(root.length + 1), name)}${extname(import.meta.filename)}`
  const commands = { strategy: 'explicit', target: file('asked'), identifier: 'COMMANDS' }
  const hooks = { command_not_found: { target: file('unknown'), identifier: 'unknown' } }
  const helpClass = { target: file('help'), identifier: 'default' }
  return { ...pjson, oclif: { ...pjson.oclif, commands, hooks, helpClass } }
}

/** Runs the command that the arguments name. Throws what it throws, and what oclif has to say about the arguments. */
export const runCommand = async (argv: readonly string[]): Promise<void> => {
  settings.enableAutoTranspile = false // the sources run as they are
  const guarded = guardArguments(argv)
  await lookUp(guarded)
  await run(guarded, { root, pjson: manifest() })
}
