// Templates as data: what parser.ts makes of text, and render.ts walks.

export type Expression =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'name'; readonly name: string; readonly line: number }
  | { readonly kind: 'context' }
  | { readonly kind: 'field'; readonly of: Expression; readonly key: Expression; readonly line: number }
  | {
      readonly kind: 'slice'
      readonly of: Expression
      readonly from: Expression | null
      readonly to: Expression | null
      readonly line: number
    }
  | { readonly kind: 'call'; readonly callee: string; readonly args: readonly Expression[]; readonly line: number }
  | { readonly kind: 'unary'; readonly sign: '!' | '-'; readonly operand: Expression; readonly line: number }
  | { readonly kind: 'binary'; readonly sign: string; readonly left: Expression; readonly right: Expression; readonly line: number }
  | { readonly kind: 'choice'; readonly test: Expression; readonly yes: Expression; readonly no: Expression }

export type Argument = { readonly name: string; readonly value: Expression | null }

export type Block = {
  readonly kind: 'block'
  readonly name: string
  readonly parameters: readonly Argument[]
  readonly context: Expression | null
  readonly body: readonly Node[]
  readonly content: readonly Node[] | null
}

export type Assignment = {
  readonly kind: 'set'
  readonly name: string
  readonly value: Expression
  readonly isNew: boolean
  readonly line: number
}

export type Node =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'print'; readonly value: Expression; readonly isRaw: boolean; readonly line: number }
  | Assignment
  | {
      readonly kind: 'if'
      readonly set: Assignment | null
      readonly test: Expression
      readonly yes: readonly Node[]
      readonly no: readonly Node[]
    }
  | {
      readonly kind: 'range'
      readonly names: readonly string[]
      readonly over: Expression
      readonly body: readonly Node[]
      readonly none: readonly Node[]
      readonly line: number
    }
  | Block
  | {
      readonly kind: 'yield'
      /** Null: the content that the block was yielded with. */
      readonly name: string | null
      readonly args: readonly Argument[]
      readonly context: Expression | null
      readonly content: readonly Node[] | null
      readonly line: number
    }
  | { readonly kind: 'include'; readonly template: Expression; readonly context: Expression | null; readonly line: number }
  | { readonly kind: 'try'; readonly body: readonly Node[]; readonly name: string | null; readonly rescue: readonly Node[] }

export type Template = {
  readonly name: string
  readonly parent: string | null
  readonly imports: readonly string[]
  readonly body: readonly Node[]
  /** Every block in it, also those inside others. */
  readonly blocks: ReadonlyMap<string, Block>
}
