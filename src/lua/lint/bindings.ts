// Every variable of a chunk, what reads it, what it hides, and what is assigned to that is no variable.

import type { Chunk, Expression, Name, Statement } from '../ast.ts'
import { type Declaration, type Kind, Resolver } from '../resolver.ts'
import type { Stretch } from './finding.ts'

/** One variable. */
export type Binding = Stretch & {
  readonly name: string
  readonly kind: Kind
  /** What it is made with, where that is one expression of its own. */
  readonly value: Expression | null
  /** Whether it is there to be closed. */
  readonly closes: boolean
  /** What had its name until then, in a block or function around its own. */
  readonly hides: Binding | null
  isRead: boolean
  /** Whether it is assigned to after it was declared. */
  isSet: boolean
}

/** An assignment to a name that is no variable. */
export type GlobalWrite = Stretch & { readonly name: string; readonly isFunction: boolean }

/** Looks every name of a chunk up once. */
export class Bindings extends Resolver<Binding> {
  /** In the order of the text; without the `self` of methods, which nobody wrote. */
  readonly variables = new Map<Declaration, Binding>()
  readonly globals: GlobalWrite[] = []
  protected readonly typesComeFirst = false

  constructor({ block }: Chunk) {
    super()
    this.block(block)
  }

  protected declared(node: Declaration, name: string, kind: Kind, value: Expression | null = null): Binding {
    const { start } = node
    const closes = node.kind === 'local' && node.attribute === 'close'
    const hides = this.isDeclaredHere(name) ? null : (this.find(name) ?? null)
    const binding = { name, start, end: start + name.length, kind, value, closes, hides, isRead: false, isSet: false }
    if (kind !== 'self') this.variables.set(node, binding)
    return binding
  }

  protected read(binding: Binding | undefined): void {
    if (binding) binding.isRead = true
  }

  protected assigned(binding: Binding | undefined, { name, start, end }: Name, by: Statement): void {
    if (binding) binding.isSet = true
    else this.globals.push({ name, start, end, isFunction: by.kind === 'functionstat' })
  }
}
