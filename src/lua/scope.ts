// What Lua's own compiler would refuse after it has parsed: a jump without a label, a local too many, an assignment to a constant.
// Told here, with a place, instead of by the machine that loads the chunk.
//
// Rules are those of Lua 5.4: a goto sees the labels of its own and the enclosing blocks of its function, and may not enter the scope of a
// local; a label that ends its block counts as standing before the block's locals.

import { nameOf, type Token } from './token.ts'

const MAX_LOCALS = 200

export type Refuse = (token: Token, message: string, hint?: string) => never

type Jump = { readonly name: Token; readonly locals: number }
type FunctionState = { readonly variadic: boolean; readonly line: number; readonly outer: FunctionState | undefined; locals: number }
type BlockState = {
  readonly outer: BlockState | undefined
  readonly fn: FunctionState
  readonly loop: boolean
  readonly base: number
  readonly names: Map<string, string | undefined>
  readonly labels: Map<string, { readonly line: number; readonly locals: number }>
  /** Gotos that have not met their label, by its name. */
  readonly jumps: Map<string, Jump[]>
}

export class Scope {
  readonly #refuse: Refuse
  #block: BlockState | undefined

  constructor(refuse: Refuse) {
    this.#refuse = refuse
  }

  openFunction(variadic: boolean, line: number): void {
    this.#open({ variadic, line, outer: this.#block?.fn, locals: 0 }, false)
  }

  openBlock(loop: boolean): void {
    this.#open(this.#block!.fn, loop)
  }

  #open(fn: FunctionState, loop: boolean): void {
    this.#block = { outer: this.#block, fn, loop, base: fn.locals, names: new Map(), labels: new Map(), jumps: new Map() }
  }

  /** Closes a block or a function. Jumps that found no label look for one in the block around it. */
  close(): void {
    const block = this.#block!
    const { outer, fn } = block
    fn.locals = block.base
    this.#block = outer
    for (const jump of [...block.jumps.values()].flat()) {
      if (outer?.fn !== fn)
        this.#refuse(jump.name, `no visible label '${jump.name.text}' for goto`, `write '::${jump.name.text}::' in an enclosing block`)
      push(outer.jumps, { name: jump.name, locals: Math.min(jump.locals, block.base) })
    }
  }

  declare(name: Token, attribute?: string): void {
    this.#block!.names.set(name.text, attribute)
    this.reserve(name, 1)
  }

  /** Room for locals that have no name: the state of a `for` loop. */
  reserve(at: Token, count: number): void {
    const { fn } = this.#block!
    fn.locals += count
    if (fn.locals <= MAX_LOCALS) return
    const where = fn.outer ? `the function at line ${fn.line}` : 'the main chunk'
    const hint = 'keep related values in a table, or open a block with do … end (a type counts as a local)'
    this.#refuse(at, `too many local variables in ${where}: Lua allows ${MAX_LOCALS}`, hint)
  }

  assign(name: Token): void {
    for (let block = this.#block; block; block = block.outer) {
      if (!block.names.has(name.text)) continue
      const attribute = block.names.get(name.text)
      if (attribute !== undefined) this.#refuse(name, `'${name.text}' is a <${attribute}> variable and cannot be assigned to`)
      return
    }
  }

  breakAt(token: Token): void {
    const fn = this.#block!.fn
    for (let block = this.#block; block?.fn === fn; block = block.outer) if (block.loop) return
    this.#refuse(token, "'break' outside of a loop")
  }

  varargAt(token: Token): void {
    if (!this.#block!.fn.variadic) this.#refuse(token, "'...' outside of a variadic function", "add '...' to the function's parameters")
  }

  goto(name: Token): void {
    const block = this.#block!
    for (let at: BlockState | undefined = block; at?.fn === block.fn; at = at.outer) if (at.labels.has(name.text)) return
    push(block.jumps, { name, locals: block.fn.locals })
  }

  /** `last` says that nothing but labels and semicolons follows in the block. */
  label(name: Token, last: boolean): void {
    const block = this.#block!
    for (let at: BlockState | undefined = block; at?.fn === block.fn; at = at.outer) {
      const known = at.labels.get(name.text)
      if (known) this.#refuse(name, `label ${nameOf(name)} is already defined at line ${known.line}`)
    }
    const locals = last ? block.base : block.fn.locals
    block.labels.set(name.text, { line: name.line, locals })
    for (const jump of block.jumps.get(name.text) ?? []) {
      const hint = 'declare the local before the goto, or put the part between them into do … end'
      if (jump.locals < locals) this.#refuse(jump.name, `goto ${nameOf(name)} jumps into the scope of a local`, hint)
    }
    block.jumps.delete(name.text)
  }
}

const push = (jumps: Map<string, Jump[]>, jump: Jump): void => {
  const same = jumps.get(jump.name.text)
  if (same) same.push(jump)
  else jumps.set(jump.name.text, [jump])
}
