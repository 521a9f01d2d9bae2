// wippy sandbox run FILE|-

import { readFileSync } from 'node:fs'
import { string as text } from '@oclif/core/args'
import { Command } from '@oclif/core/command'
import { boolean, integer, string } from '@oclif/core/flags'
import type { SandboxOutcome } from '../../../app/sandbox-run.ts'
import { describe, Kind, WippyError } from '../../../error.ts'
import { lockdown } from '../../lockdown.ts'
import { complain, json, jsonLine, print } from '../../output.ts'
import { Quit } from '../../quit.ts'

const inputOf = (value: string | undefined): readonly unknown[] => {
  if (value === undefined) return []
  try {
    return [JSON.parse(value)]
  } catch (cause) {
    throw new WippyError('SANDBOX_INPUT', Kind.Invalid, `--input is not JSON: ${(cause as Error).message}`, {
      hint: `Quote it: --input '{"n": 1}'`,
    })
  }
}

const sourceOf = (file: string): string => {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8')
  } catch (cause) {
    const hint = 'Give a file with Lua, or - for standard input.'
    throw new WippyError('SANDBOX_FILE', Kind.NotFound, `"${file}" cannot be read: ${(cause as Error).message}`, { hint })
  }
}

const asJson = ({ ok, value, error, kind, fuel, peakBytes, ms }: SandboxOutcome): string => {
  const usage = { fuel, memory: peakBytes, ms: Math.round(ms) }
  if (ok) return json({ $type: 'result', v: 1, ok, value, ...usage })
  const { code, message, hint } = error!
  return json({ $type: 'result', v: 1, ok, error: { kind, code, message, hint }, ...usage })
}

export default class SandboxRun extends Command {
  static override summary = 'Run Lua that nobody trusts.'
  static override description =
    `It sees what computes and nothing else: no files, no network, no other process, no module that --allow does not name.
The code returns a function (or a table with main); it gets --input, and what it returns is printed.`
  static override examples = [
    `echo 'return function(n) return n * 2 end' | <%= config.bin %> sandbox run - --input 21`,
    '<%= config.bin %> sandbox run agent.lua --fuel 1000000 --memory 8MiB --timeout 500ms --allow json --json',
  ]
  static override args = { file: text({ required: true, description: 'A file with Lua; - is standard input.' }) }
  static override flags = {
    fuel: integer({ summary: 'Units of work it may spend.', default: 200_000_000, min: 1, helpValue: '<units>' }),
    memory: string({ summary: 'The memory it may have.', default: '16MiB', helpValue: '<size>' }),
    timeout: string({ summary: 'How long it may take.', default: '3s', helpValue: '<duration>' }),
    allow: string({ summary: 'A module it may use; repeatable.', helpValue: '<module>', multiple: true, multipleNonGreedy: true }),
    input: string({ summary: 'What its function gets, as JSON.', helpValue: '<json>' }),
    json: boolean({ summary: 'The result, the error and what it took, as JSON.' }),
  }

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(SandboxRun)
    const { fuel, memory, timeout, allow: modules = [] } = flags
    const input = inputOf(flags.input)
    const source = sourceOf(args.file)
    const { runInSandbox } = await import('../../../app/sandbox-run.ts')
    lockdown()
    const outcome = await runInSandbox({ source, modules, input, fuel, memory, timeout })
    if (flags.json) print(asJson(outcome))
    else if (outcome.ok) print(typeof outcome.value === 'string' ? outcome.value : jsonLine(outcome.value))
    else complain(`${outcome.kind}: ${describe(outcome.error)}`)
    throw new Quit(outcome.ok ? 0 : 1)
  }
}
