// wippy sandbox run FILE|-

import { readFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { string as word } from '@oclif/core/args'
import { integer, string } from '@oclif/core/flags'
import type { SandboxRunOptions } from '../../../app/sandbox-run.ts'
import { describe, Kind, WippyError } from '../../../error.ts'
import { lockdown } from '../../lockdown.ts'
import { NodeCommand, type NodeFlags } from '../../node-command.ts'
import { complain, json, jsonLine, print } from '../../output.ts'
import { Quit } from '../../quit.ts'
import { whyRefused } from '../../refusal.ts'

/** How it came out, as a program sees it. */
type Outcome = {
  readonly ok: boolean
  readonly value?: unknown
  readonly error?: { readonly kind: string; readonly code: string; readonly message: string; readonly hint?: string }
  readonly denied: readonly { readonly action: string; readonly resource: string }[]
}

/** What it might not do, as what would let it. */
const grantsFor = ({ denied }: Outcome): string =>
  denied
    .map(({ action, resource }) => `  → --allow ${action === 'require' ? resource : resource === '' ? action : `${action}:${resource}`}`)
    .join('\n')

/** What lets code go on that came to a bound, where the error does not say. */
const MORE: Readonly<Record<string, string>> = {
  fuel: 'It may spend more with --fuel.',
  timeout: 'It may take longer with --timeout.',
  memory: 'It may have more with --memory.',
}

const inputOf = (value: string): unknown => {
  try {
    return JSON.parse(value)
  } catch (cause) {
    throw new WippyError('SANDBOX_INPUT', Kind.Invalid, `--input is not JSON: ${(cause as Error).message}`, {
      hint: `Quote it: --input '{"n": 1}'`,
    })
  }
}

const sourceOf = async (file: string): Promise<string> => {
  try {
    return file === '-' ? await text(process.stdin) : await readFile(file, 'utf8')
  } catch (cause) {
    const hint = 'Give a file with Lua, or - for standard input.'
    throw new WippyError('SANDBOX_FILE', Kind.NotFound, `"${file}" cannot be read: ${whyRefused(cause as Error)}`, { hint })
  }
}

export default class SandboxRun extends NodeCommand {
  static override summary = 'Run untrusted Lua.'
  static override description =
    `It can compute, and nothing else: no files, no network, no other process, no module that --allow does not name.
The code returns a function (or a table with main); it gets --input, and what it returns is printed. Exit code 0 and the value, or 1 and an error whose
kind is fuel, timeout, memory, stack, denied, syntax or runtime.`
  static override examples = [
    `echo 'return function(n) return n * 2 end' | <%= config.bin %> sandbox run - --input 21`,
    '<%= config.bin %> sandbox run agent.lua --fuel 1000000 --memory 8MiB --timeout 500ms --allow json --json',
    '<%= config.bin %> sandbox run agent.lua --policy app:untrusted --allow funcs.call:app:price',
  ]
  static override args = { file: word({ required: true, description: 'A file with Lua; - is standard input.' }) }
  static override flags = {
    fuel: integer({ summary: 'Units of work it may spend. Default: 200,000,000.', min: 1, helpValue: '<units>' }),
    memory: string({ summary: 'The memory it may have. Default: 16MiB.', helpValue: '<size>' }),
    timeout: string({ summary: 'How long it may take. Default: 3s.', helpValue: '<duration>' }),
    allow: string({
      summary: 'A module it may use (json), or an action on a resource (funcs.call:app:price); repeatable.',
      helpValue: '<grant>',
      multiple: true,
      multipleNonGreedy: true,
    }),
    policy: string({ summary: 'A sandbox.policy of the node that runs here; the code then runs in that node.', helpValue: '<entry>' }),
    input: string({ summary: 'The argument of its function, as JSON.', helpValue: '<json>' }),
  }

  override async run(): Promise<void> {
    const { flags, args } = await this.parse(SandboxRun)
    const { fuel, memory, timeout = flags.policy === undefined ? '3s' : undefined, allow, policy } = flags
    const options: SandboxRunOptions = {
      ...(fuel !== undefined && { fuel }),
      ...(memory !== undefined && { memory }),
      ...(timeout !== undefined && { timeout }),
      ...(allow && { allow }),
      ...(policy !== undefined && { policy }),
      ...(flags.input !== undefined && { input: inputOf(flags.input) }),
    }
    const outcome = await this.#outcome(flags, await sourceOf(args.file), options)
    const { ok, value, error } = outcome
    if (flags.json) print(json({ $type: 'result', v: 1, ...outcome }))
    else if (ok) print(typeof value === 'string' ? value : jsonLine(value))
    else
      complain(
        `${error!.kind}: ${describe(new WippyError(error!.code, Kind.Unknown, error!.message, { hint: error!.hint ?? MORE[error!.kind] }))}`,
      )
    if (!flags.json && outcome.denied.length > 0) complain(`it was denied what these would allow:\n${grantsFor(outcome)}`)
    throw new Quit(ok ? 0 : 1)
  }

  /** In the node that is meant, or in one of its own. */
  async #outcome(flags: NodeFlags & { readonly policy?: string | undefined }, code: string, options: SandboxRunOptions): Promise<Outcome> {
    if (flags.policy === undefined && flags.to === undefined && flags.dir === undefined && flags.state === undefined) {
      const { plainOutcome, sandbox } = await import('../../../app/sandbox-run.ts')
      lockdown()
      return plainOutcome(await sandbox.run(code, options)) as Outcome
    }
    let outcome: Outcome | null = null
    await this.withNode(flags, async (client) => {
      outcome = (await client.ask('sandbox.run', { code, options })) as Outcome
    })
    return outcome!
  }
}
