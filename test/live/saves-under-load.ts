// An app under constant load while the source of the function it calls is saved again and again. `node test/live/saves-under-load.ts [SAVES]`.
//
// Several Lua processes call `app:answer` without a pause. The function and the library it imports are saved together, each with the number of
// the save in it, at the head and at the end of the file: an answer whose three numbers differ is a mixture. What is measured is what a caller
// sees: from the step in which it asks to the step in which it has the answer.

import { renameSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { func, library, proc, start, type TestApp } from '../support/app.ts'

const CALLERS = 8
const BATCH = 50 // calls, between two reports of a caller
const BUCKETS_MS = 0.05 // width of a bucket of latencies
const PATIENCE_MS = 60_000

const answerOf = (n: number): string => `local lib = require("lib")
local head = ${n}
return function() return head .. " " .. lib.number() .. " " .. ${n} end
`
const libraryOf = (n: number): string => `return { number = function() return ${n} end }\n`

const caller = `return function(who)
  local stop = process.listen("stop")
  local latest = -1
  while true do
    local counts, waits = {}, {}
    for i = 1, ${BATCH} do
      local began = time.now():unix_nano()
      local answer, err = funcs.call("app:answer")
      local bucket = ((time.now():unix_nano() - began) // ${BUCKETS_MS * 1e6})
      waits[bucket] = (waits[bucket] or 0) + 1
      answer = answer or ("error " .. tostring(err))
      counts[answer] = (counts[answer] or 0) + 1
      local head = tonumber(answer:match("^%d+")) or -1
      if head < latest then counts["back to " .. answer] = 1 end
      if head > latest then
        latest = head
        logger:info("new", { who = who, number = head })
      end
    end
    local flat = {}
    for bucket, count in pairs(waits) do flat[#flat + 1] = bucket flat[#flat + 1] = count end
    logger:info("batch", { who = who, counts = counts, waits = flat })
    local chosen = channel.select{ stop:case_receive(), default = true }
    if chosen.channel == stop then break end
  end
  logger:info("done", { who = who })
end`

/** Latencies in buckets. */
export class Latencies {
  readonly #counts = new Map<number, number>()
  calls = 0

  add(flat: readonly number[]): void {
    for (let i = 0; i < flat.length; i += 2) {
      this.#counts.set(flat[i]!, (this.#counts.get(flat[i]!) ?? 0) + flat[i + 1]!)
      this.calls += flat[i + 1]!
    }
  }

  /** The upper end of the bucket that holds this share of all calls, in ms. */
  percentile(share: number): number {
    let left = this.calls * share
    for (const [bucket, count] of [...this.#counts].sort(([a], [b]) => a - b)) {
      left -= count
      if (left <= 0) return (bucket + 1) * BUCKETS_MS
    }
    return 0
  }
}

export type Outcome = {
  readonly saves: number
  /** Answers by text; a whole one is the same number three times. */
  readonly answers: ReadonlyMap<string, number>
  readonly quiet: { readonly perSecond: number; readonly p50: number; readonly p99: number }
  readonly saving: { readonly perSecond: number; readonly p50: number; readonly p99: number }
  /** From a save to the first answer that has it. */
  readonly slowestMs: number
  readonly medianMs: number
}

class Load {
  readonly app: TestApp
  readonly answers = new Map<string, number>()
  latencies = new Latencies()
  readonly seen = new Set<number>()

  constructor(app: TestApp) {
    this.app = app
  }

  /** Takes in what the callers have reported. */
  look(): void {
    for (const { message, fields } of this.app.lines.splice(0)) {
      if (message === 'new') this.seen.add(fields.number as number)
      if (message !== 'batch') continue
      for (const [answer, count] of Object.entries(fields.counts as Record<string, number>)) {
        this.answers.set(answer, (this.answers.get(answer) ?? 0) + count)
      }
      this.latencies.add(fields.waits as number[])
    }
  }

  async until(holds: () => boolean, what: string): Promise<void> {
    const late = performance.now() + PATIENCE_MS
    for (this.look(); !holds(); this.look()) {
      if (performance.now() > late) throw new Error(`waited too long for ${what}`)
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
  }

  /** Latencies and calls of what happens during `act`. */
  async during(act: () => Promise<void>) {
    this.look()
    this.latencies = new Latencies()
    const began = performance.now()
    await act()
    this.look()
    const { latencies } = this
    const perSecond = latencies.calls / ((performance.now() - began) / 1000)
    return { perSecond, p50: latencies.percentile(0.5), p99: latencies.percentile(0.99) }
  }
}

/** Runs the app for a while, then saves `saves` times, each as soon as the one before has been seen. */
export const savesUnderLoad = async (saves: number, quietMs: number): Promise<Outcome> => {
  const app = await start({ answer: func(answerOf(0), { imports: { lib: 'app:lib' } }), lib: library(libraryOf(0)), caller: proc(caller) })
  const load = new Load(app)
  /** As editors do: written elsewhere, then put in place, both at once. */
  const save = async (n: number): Promise<void> => {
    const files = { 'lib.lua': libraryOf(n), 'answer.lua': answerOf(n) }
    await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(app.root, name), text)))
    for (const name of Object.keys(files)) renameSync(join(app.root, name), join(app.root, 'src', name))
  }
  try {
    const problems: string[] = []
    await app.node.follow((swap) => void problems.push(...swap.problems.map(({ message }) => message)))
    const pids = (await app.eval(`local pids = {}
      for i = 1, ${CALLERS} do pids[i] = process.spawn("app:caller", "app:processes", i) end
      return pids`)) as string[]
    await load.until(() => load.latencies.calls > 2000, 'the callers')
    const quiet = await load.during(() => new Promise((resolve) => setTimeout(resolve, quietMs)))
    const times: number[] = []
    const saving = await load.during(async () => {
      for (let n = 1; n <= saves; n++) {
        const began = performance.now()
        await save(n)
        await load.until(() => load.seen.has(n), `an answer of save ${n}`)
        times.push(performance.now() - began)
      }
    })
    for (const pid of pids) app.node.scheduler.delivery.message('', pid, 'stop', Uint8Array.of(0x90))
    await load.until(
      () => pids.every((pid) => app.node.scheduler.processes.find(pid as never) === null),
      'every caller to have all its answers',
    )
    if (problems.length > 0) throw new Error(problems.join('\n'))
    times.sort((a, b) => a - b)
    return { saves, answers: load.answers, quiet, saving, slowestMs: times.at(-1)!, medianMs: times[times.length >> 1]! }
  } finally {
    await app.node.stop({ now: true })
  }
}

/** What is wrong with the answers; nothing when each is of one version and every version was there. */
export const faultsOf = ({ saves, answers }: Outcome): string[] => {
  const whole = (n: number): string => `${n} ${n} ${n}`
  const expected = new Set(Array.from({ length: saves + 1 }, (_, n) => whole(n)))
  const odd = [...answers.keys()].filter((answer) => !expected.has(answer))
  const missing = [...expected].filter((answer) => !answers.has(answer))
  return [...odd.map((answer) => `answered "${answer}"`), ...missing.map((answer) => `never answered "${answer}"`)]
}

const main = async (): Promise<void> => {
  const outcome = await savesUnderLoad(Number(process.argv[2] ?? 100), 8000)
  const { quiet, saving, slowestMs, medianMs, answers, saves } = outcome
  const calls = [...answers.values()].reduce((sum, count) => sum + count, 0)
  const line = (name: string, { perSecond, p50, p99 }: Outcome['quiet']): string =>
    `${name.padEnd(13)} ${Math.round(perSecond)} calls/s, p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`
  console.log(`${saves} saves, ${calls} calls by ${CALLERS} processes`)
  console.log(line('without saves', quiet))
  console.log(line('during saves', saving))
  console.log(`p99 during saves is ${(saving.p99 / quiet.p99).toFixed(2)} times the p99 without`)
  console.log(`from save to answer: median ${medianMs.toFixed(0)} ms, slowest ${slowestMs.toFixed(0)} ms`)
  const faults = faultsOf(outcome)
  if (saving.perSecond < 5000) faults.push('less than 5,000 calls/s')
  if (saving.p99 > 3 * quiet.p99) faults.push('p99 more than 3 times')
  for (const fault of faults) console.log(`FAULT: ${fault}`)
  process.exit(faults.length > 0 ? 1 : 0)
}

if (process.argv[1] === import.meta.filename) await main()
