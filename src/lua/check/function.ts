// Functions: what they take and return, as they say it or as their bodies do, and what holds when they have returned.

import type { Expression, FunctionBody, Statement } from '../ast.ts'
import { bare } from './condition.ts'
import type { Frame, FunctionOptions } from './ground.ts'
import { show } from './show.ts'
import {
  any,
  type Ensured,
  type FunctionType,
  fn,
  hasNil,
  isLoose,
  joined,
  never,
  nil,
  optional,
  type Parameter,
  resolved,
  type Type,
  union,
  widened,
} from './type.ts'
import { ValueReader } from './value.ts'

const RESULTS = 32

export abstract class Functions extends ValueReader {
  protected functionOf(body: FunctionBody, options: FunctionOptions = {}): FunctionType {
    this.types.open()
    const generics = this.types.generics(body.generics)
    const named = body.parameters.filter(({ name }) => name !== '...')
    const variadic = body.parameters.find(({ name }) => name === '...')
    const parameters = named.map((parameter, index): Parameter => {
      const { name, annotation } = parameter
      const type = annotation ? this.types.of(annotation.type) : (options.expected?.parameters[index]?.type ?? any)
      const variable = this.bindings.variables.get(parameter)!
      const whole = parameter.optional ? optional(type) : type
      if (annotation) variable.declared = whole
      else variable.constant = whole
      return { name, type: annotation ? whole : any, optional: parameter.optional || !annotation }
    })
    const self = options.self && this.bindings.variables.get(body)
    if (self) self.constant = options.self ?? null
    const rest = variadic ? (variadic.annotation ? this.types.of(variadic.annotation.type) : any) : null
    const declared = body.results ? this.types.results(body.results.items) : null
    const signature = fn({
      generics,
      parameters,
      rest,
      results: declared?.types ?? [],
      more: declared ? declared.more : any,
      isMethod: options.isMethod ?? false,
      isClosed: named.length > 0 ? named.every(({ annotation }) => annotation) : declared !== null,
    })
    options.onSignature?.(signature)
    const frame: Frame = { declared: declared?.types ?? null, more: declared?.more ?? null, returned: [], rest }
    const isEndless = this.#body(body, frame)
    this.types.close()
    const { types, more } = declared ? { types: declared.types, more: declared.more } : inferred(frame, isEndless)
    return { ...signature, results: types, more, ensures: this.#ensured(body, named.length) }
  }

  /** Checks a body with what always holds around it; answers whether it never ends by itself. */
  #body(body: FunctionBody, frame: Frame): boolean {
    const outer = { flow: this.flow, frame: this.frame }
    this.work.spend(1 + (outer.flow.size >> 2))
    this.flow = outer.flow.within((variable) => this.bindings.all[variable]?.assigned === 0)
    this.frame = frame
    this.block(body.block)
    const isEndless = this.flow.isDead
    if (!isEndless && frame.declared) this.#fallsThrough(body, frame.declared)
    else if (!isEndless) frame.returned.push({ types: [], more: null })
    this.flow = outer.flow
    this.frame = outer.frame
    return isEndless
  }

  #fallsThrough(body: FunctionBody, declared: readonly Type[]): void {
    const [first] = declared
    if (!first || hasNil(first)) return
    const place = { start: body.end - 3, end: body.end }
    if (resolved(first).kind === 'never') this.report('E0007', place, 'the function says that it never returns, and ends here')
    else
      this.report(
        'E0007',
        place,
        `the function may end here without returning ${show(first)}`,
        'Return a value on every way, or declare that it may be nil.',
      )
  }

  /** Of functions like `if x == nil then error(…) end`: what holds of their arguments when they have returned. */
  #ensured(body: FunctionBody, count: number): readonly Ensured[] {
    const found: Ensured[] = []
    for (const statement of body.block.body) {
      if (statement.kind !== 'if') break
      const [arm, ...others] = statement.arms
      if (!arm || others.length > 0 || statement.otherwise || !raises(arm.block.body)) break
      for (const { target, test } of this.said(arm.condition, false)) {
        const parameter = this.#parameterOf(target, body)
        if (parameter !== undefined && parameter < count) found.push({ parameter, test })
      }
    }
    return found
  }

  #parameterOf(target: Expression, body: FunctionBody): number | undefined {
    const name = bare(target)
    const variable = name.kind === 'name' ? this.variableOf(name) : undefined
    if (!variable || variable.assigned > 0) return undefined
    const index = body.parameters.findIndex((parameter) => this.bindings.variables.get(parameter) === variable)
    return index < 0 ? undefined : index
  }
}

/** Whether statements end by raising an error. */
const raises = (body: readonly Statement[]): boolean => {
  const last = body.at(-1)
  return last?.kind === 'callstat' && last.call.kind === 'call' && last.call.callee.kind === 'name' && last.call.callee.name === 'error'
}

/** What a function without annotation returns: on some ways nil beside a value is not held against those who call it. */
const inferred = ({ returned }: Frame, isEndless: boolean): { readonly types: readonly Type[]; readonly more: Type | null } => {
  if (returned.length === 0) return { types: isEndless ? [never] : [], more: null }
  const isOpen = returned.some(({ more }) => more !== null)
  const length = Math.min(RESULTS, Math.max(...returned.map(({ types }) => types.length)))
  const types = Array.from({ length }, (_, index) => {
    const each = returned.map(({ types: given, more }) => given[index] ?? more ?? nil)
    const some = each.filter((type) => type.kind !== 'nil')
    if (some.length === 0) return nil
    if (some.some(isLoose)) return any
    const type = some.map((one) => widenedResult(one)).reduce((a, b) => joined(a, b))
    if (isLoose(type)) return any
    return some.length < each.length ? union([type, nil], true) : type
  })
  return { types, more: isOpen ? any : null }
}

const widenedResult = (type: Type): Type => (type.kind === 'literal' && typeof type.value === 'number' ? widened(type) : type)
