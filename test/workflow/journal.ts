// The steps of a Lua process that a test drives, written down as a node would.

import { workshopOn } from '../../src/app/workshop.ts'
import type { Verdict } from '../../src/kernel/body.ts'
import { defaultLimits } from '../../src/kernel/host.ts'
import { encode, encodeAll } from '../../src/msgpack.ts'
import type { Program } from '../../src/program.ts'
import { storedProgram } from '../../src/service/stored-start.ts'
import { buildName } from '../../src/vm/module.ts'
import { beginningToBytes, type Card } from '../../src/workflow/card.ts'
import type { Head } from '../../src/workflow/engine.ts'
import { bytesOf } from '../../src/workflow/ledger.ts'
import { MemoryEngine } from '../../src/workflow/memory.ts'
import { notice, noticed } from '../../src/workflow/notice.ts'
import type { Workshop } from '../../src/workflow/rebuild.ts'
import { ORIGIN, type Parsed, parseChain, RecordKind, type Sealed, seal } from '../../src/workflow/record.ts'
import { LuaProcess } from '../vm/lua-process.ts'

const STARTED_MS = 1_700_000_000_000

export class Journal {
  readonly id: string
  readonly program: Program
  readonly process: LuaProcess
  readonly #code: { readonly hash: string; readonly bytes: Uint8Array }
  readonly #records: Sealed[] = []

  constructor(program: Program, { id = 'w', seed = 1, args = [] as readonly unknown[] } = {}) {
    this.id = id
    this.program = program
    this.#code = storedProgram(program)
    this.process = new LuaProcess(program, { seed, args, pid: `{app:workflows|${id}}` })
    const beginning = {
      entry: 'app:main',
      host: 'app:workflows',
      args: encodeAll(args),
      seed,
      context: encode(null),
      limits: defaultLimits,
      runtime: buildName(),
    }
    this.#write(notice({ kind: RecordKind.start, code: this.#hash, nowMs: STARTED_MS, input: beginningToBytes(beginning) }))
  }

  /** One step over all that waits, as a record. */
  step(fuel = 100_000): Verdict {
    const { process } = this
    const input = bytesOf(process.inbox)
    const verdict = process.step(fuel)
    const { body, nowMs } = process
    const done = { verdict, spent: body.spent, output: bytesOf(body.outbox), mailed: [] }
    this.#write({ ...notice({ kind: RecordKind.step, code: this.#hash, nowMs, input }), fuel, ...done })
    return verdict
  }

  /** Steps until it ends; every ask is answered with what `answer` gives. It must not wait for anything else. */
  run(answer: (op: string, n: number) => readonly unknown[]): this {
    for (let n = 0; this.process.ended === null; n++) {
      this.step()
      const ask = this.process.asks[n]
      if (this.process.ended === null && ask) this.process.reply(ask.tag, answer(ask.op, n))
    }
    return this
  }

  get records(): Parsed[] {
    return parseChain(
      this.id,
      ORIGIN,
      this.#records.map(({ bytes }) => bytes),
    )
  }

  /** The same as a workflow of an engine in memory. */
  async stored(status = 'running'): Promise<{ readonly engine: MemoryEngine; readonly head: Head; readonly workshop: Workshop }> {
    const engine = new MemoryEngine()
    await engine.putCode(this.#code.hash, this.#code.bytes)
    const card: Card = {
      ...{ entry: 'app:main', host: 'app:workflows', code: this.#code.hash, start: 1, startedMs: STARTED_MS, endedMs: null },
      ...{ owner: 'test', parent: null, watchers: [], mark: null, result: null, search: {}, memo: {} },
    }
    await engine.adopt(this.id, this.#records, noticed(status, card))
    return { engine, head: (await engine.head(this.id))!, workshop: workshopOn(engine) }
  }

  get #hash(): Uint8Array {
    return Buffer.from(this.#code.hash, 'hex')
  }

  #write(content: Parameters<typeof seal>[2]): void {
    this.#records.push(seal(this.#records.at(-1) ?? ORIGIN, 1, content))
  }
}
