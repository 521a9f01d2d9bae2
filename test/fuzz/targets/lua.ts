// Lua in the machine: whatever a program does, it does the same in one memory and moved from image to image, within its limits, and the next
// process finds nothing of it.

import { isDeepStrictEqual } from 'node:util'
import { WippyError } from '../../../src/error.ts'
import type { Verdict } from '../../../src/kernel/body.ts'
import { Bodies } from '../../../src/vm/bodies.ts'
import { attacks } from '../../attacks/attack.ts'
import type { Random } from '../../support/random.ts'
import { LuaProcess, MiB, program, runLua } from '../../vm/lua-process.ts'
import { randomProgram } from '../../vm/random-program.ts'
import type { Target } from '../fuzz.ts'

const [MEMORY, HARD, SLICE, STEPS] = [4 * MiB, 200_000, 20_000, 12]
const utf8 = new TextEncoder()
const bodies = new Bodies({ hot: 4, keptBytes: 2 * MiB })

type Trace = { readonly verdict: Verdict; readonly spent: number; readonly reason: string | null; readonly said: unknown }

const trace = (source: string, moves: boolean): Trace[] => {
  const process = new LuaProcess(program(source), { bodies, memoryBytes: MEMORY, hardFuel: HARD })
  const steps: Trace[] = []
  try {
    for (let i = 0; i < STEPS; i++) {
      const verdict = process.step(SLICE)
      const { body, asks, sends } = process
      if (body.spent > SLICE + HARD + SLICE) throw new Error(`a step of ${body.spent} units`)
      if (body.memoryBytes > MEMORY) throw new Error(`${body.memoryBytes} bytes`)
      steps.push({ verdict, spent: body.spent, reason: body.fault?.reason ?? null, said: [asks.length, sends.length, process.ended?.ok] })
      if (verdict !== 'again') break
      if (moves) while (!body.evict());
    }
    return steps
  } finally {
    process.close()
  }
}

/** A program in which some words stand where others stood. */
const jumbled = (random: Random, code: string): string => {
  const words = code.split(/\b/)
  for (let i = 0; i < 3; i++) words[random.below(words.length)] = random.of(words)
  return words.join('')
}
const codes = attacks(['coroutine', 'cpu', 'escape', 'finalizer', 'handler', 'memory', 'message', 'pattern', 'stack']).map(
  ({ code }) => code,
)

export const target: Target = {
  seeds: codes.map((code) => utf8.encode(code)),
  make: (random) => utf8.encode(random.next() < 0.4 ? randomProgram(random.below(2 ** 31), 4) : jumbled(random, random.of(codes))),
  run: (input) => {
    const source = new TextDecoder().decode(input)
    let steps: Trace[]
    try {
      steps = trace(source, false)
    } catch (error) {
      if (error instanceof WippyError && error.code === 'LUA_LOAD') return
      throw error
    }
    const moved = trace(source, true)
    if (!isDeepStrictEqual(steps, moved)) throw new Error(`moved, it went another way: ${JSON.stringify(steps)}, ${JSON.stringify(moved)}`)
    if (runLua('return 6 * 7', { bodies }) !== 42) throw new Error('the next process is not what it was')
  },
}
