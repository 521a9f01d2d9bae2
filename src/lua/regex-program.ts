// A regular expression as a program for a small machine, which Lua runs over the code points of a string (runtime-lua/types.lua): all
// threads in step, so that no expression takes more than the text's length times the program's.
//
// An instruction is a list of numbers, addresses count from 1:
//   1 low high low high …   take a code point of these ranges        4 what   go on if the assertion holds
//   2 a b                   go on at a and at b                      5        the text matches
//   3 a                     go on at a

import { parseRegex, RegexFault, type RegexNode } from './regex.ts'

const Op = { set: 1, split: 2, jump: 3, assert: 4, match: 5 } as const
/** Bounds the program and the work of making it: instructions, and the numbers they are made of. */
const MAX_PROGRAM = 4000
const MAX_NUMBERS = 50_000

export type Program = readonly (readonly number[])[]

/** Compiles a regular expression; answers a sentence when it is not one. */
export const compileRegex = (source: string): Program | string => {
  try {
    const emitter = new Emitter()
    emitter.emit(parseRegex(source))
    return [...emitter.program, [Op.match]]
  } catch (error) {
    if (error instanceof RegexFault) return error.message
    throw error
  }
}

class Emitter {
  readonly program: number[][] = []
  #steps = 0
  #numbers = 0

  /** Address of the next instruction. */
  get #here(): number {
    return this.program.length + 1
  }

  #put(instruction: number[]): number[] {
    this.#numbers += instruction.length
    if (this.#numbers > MAX_NUMBERS) throw new RegexFault('it is too large: it has too many ranges')
    this.program.push(instruction)
    return instruction
  }

  emit(node: RegexNode): void {
    if (++this.#steps > MAX_PROGRAM) throw new RegexFault('it is too large: its counts multiply')
    switch (node.kind) {
      case 'set':
        this.#put([Op.set, ...node.ranges.flat()])
        return
      case 'assert':
        this.#put([Op.assert, node.what])
        return
      case 'sequence':
        for (const part of node.nodes) this.emit(part)
        return
      case 'choice':
        this.#choice(node.nodes)
        return
      case 'repeat':
        for (let count = 0; count < node.min; count++) this.emit(node.node)
        if (node.max === Number.POSITIVE_INFINITY) this.#loop(node.node)
        else this.#upTo(node.max - node.min, node.node)
    }
  }

  #choice(nodes: readonly RegexNode[]): void {
    const exits: number[][] = []
    for (const [index, part] of nodes.entries()) {
      const last = index === nodes.length - 1
      const split = last ? undefined : this.#put([Op.split, this.#here + 1, 0])
      this.emit(part)
      if (!split) break
      exits.push(this.#put([Op.jump, 0]))
      split[2] = this.#here
    }
    for (const exit of exits) exit[1] = this.#here
  }

  #loop(node: RegexNode): void {
    const start = this.#here
    const split = this.#put([Op.split, start + 1, 0])
    this.emit(node)
    this.#put([Op.jump, start])
    split[2] = this.#here
  }

  #upTo(count: number, node: RegexNode): void {
    const splits: number[][] = []
    for (let done = 0; done < count; done++) {
      splits.push(this.#put([Op.split, this.#here + 1, 0]))
      this.emit(node)
    }
    for (const split of splits) split[2] = this.#here
  }
}
