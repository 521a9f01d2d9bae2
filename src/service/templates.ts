// `template.set` and `template.jet`, and the host half of `templates`.
//
//   A template is read when its entry comes, and refused with its line when it cannot be; with other delimiters of its set it is read anew.

import { Kind, WippyError } from '../error.ts'
import { blame } from '../registry/blame.ts'
import type { State } from '../registry/change.ts'
import { type Entry, fieldsOf, isFields, resolveId } from '../registry/entry.ts'
import type { Handler } from '../registry/kinds.ts'
import type { Template } from '../template/node.ts'
import { type Delimiters, defaultDelimiters, parseTemplate } from '../template/parser.ts'
import { render } from '../template/render.ts'
import type { Permit } from './permit.ts'
import type { Call, Service } from './service.ts'

const engineOf = (set: Entry) => {
  const { engine } = fieldsOf(set)
  return isFields(engine) ? engine : {}
}

const delimitersOf = (set: Entry): Delimiters => {
  const { delimiters } = engineOf(set)
  const { left, right } = isFields(delimiters) ? delimiters : {}
  const own = { left: left ?? defaultDelimiters.left, right: right ?? defaultDelimiters.right }
  if (typeof own.left === 'string' && own.left !== '' && typeof own.right === 'string' && own.right !== '') return own as Delimiters
  throw blame(set, 'data.engine.delimiters', {
    code: 'TEMPLATE_INVALID',
    kind: Kind.Invalid,
    message: `delimiters of "${set.id}" are no texts`,
    hint: 'Write left: and right:.',
  })
}

const setOf = (template: Entry): string => resolveId(String(fieldsOf(template).set ?? ''), template.ns)

/** What a template is called in its set. */
const nameOf = ({ meta, name }: Entry): string => (typeof meta.name === 'string' && meta.name !== '' ? meta.name : name)

/** Its set and its name there, as one text. */
const placeOf = (template: Entry): string => `${setOf(template)} ${nameOf(template)}`
const isTemplateAt =
  (place: string) =>
  (entry: Entry): boolean =>
    entry.kind === 'template.jet' && placeOf(entry) === place

const parsed = new WeakMap<Entry, { readonly delimiters: string; readonly template: Template }>()

const templateOf = (entry: Entry, delimiters: Delimiters): Template => {
  const key = JSON.stringify(delimiters)
  const known = parsed.get(entry)
  if (known?.delimiters === key) return known.template
  const template = parseTemplate(nameOf(entry), String(fieldsOf(entry).source ?? ''), delimiters)
  parsed.set(entry, { delimiters: key, template })
  return template
}

/** As `templateOf`, blaming the entry for what cannot be read. */
const readable = (entry: Entry, delimiters: Delimiters): void => {
  try {
    templateOf(entry, delimiters)
  } catch (error) {
    const { message } = error as WippyError
    throw blame(entry, 'data.source', { code: 'TEMPLATE_INVALID', kind: Kind.Invalid, message, hint: 'Mend the template.' })
  }
}

export class Templates {
  readonly #permit: Permit
  readonly #sets = new Map<string, Entry>()
  readonly #templates = new Map<string, Map<string, Entry>>() // by set, then by name
  readonly #coming = new Map<string, Entry>() // by set and name, what was prepared with the change under way
  readonly #homes = new Map<string, { readonly set: string; readonly name: string }>() // by id of a template

  constructor(permit: Permit) {
    this.#permit = permit
  }

  readonly handler: Handler = {
    kinds: ['template.set', 'template.jet'],
    prepare: ({ kind, entry }, after) => {
      if (kind === 'entry.delete') return
      if (entry.kind === 'template.set') this.#checkSet(entry, after)
      else {
        this.#checkTemplate(entry, after)
        this.#coming.set(placeOf(entry), entry)
      }
    },
    discard: ({ entry }) => this.#came(entry),
    commit: ({ kind, entry }) => {
      this.#came(entry)
      if (entry.kind === 'template.set') {
        if (kind === 'entry.delete') this.#sets.delete(entry.id)
        else this.#sets.set(entry.id, entry)
        return
      }
      this.#leave(entry.id)
      if (kind !== 'entry.delete') this.#join(entry)
    },
  }

  readonly service: Service = {
    name: 'template',
    operations: {
      'template.get': ({ target }) => {
        this.#set(target)
        return [true]
      },
      'template.render': (call) => [this.#render(call)],
    },
  }

  #set(id: string): Entry {
    const set = this.#sets.get(id)
    if (set) return set
    throw new WippyError('TEMPLATE_NO_SET', Kind.NotFound, `template set "${id}" not found`, { retryable: false })
  }

  #render({ caller, target, args: [name, data] }: Call): string {
    if (!this.#permit(caller, 'template.get', target)) {
      throw new WippyError('PERMISSION_DENIED', Kind.PermissionDenied, `template.get is not allowed on "${target}"`, { retryable: false })
    }
    const set = this.#set(target)
    const { extensions, globals } = engineOf(set)
    const endings = ['', ...(Array.isArray(extensions) ? extensions.map(String) : [])]
    const delimiters = delimitersOf(set)
    const find = (wanted: string): Template | undefined => {
      const plain = wanted.replace(/^\.?\//, '')
      const entry = endings.map((ending) => this.#templates.get(target)?.get(plain + ending)).find((found) => found !== undefined)
      return entry && templateOf(entry, delimiters)
    }
    return render(String(name), find, isFields(globals) ? globals : {}, isFields(data) ? data : {})
  }

  #checkSet(entry: Entry, after: State): void {
    const delimiters = delimitersOf(entry)
    for (const { id } of this.#templates.get(entry.id)?.values() ?? []) {
      const template = after.get(id)
      if (template && setOf(template) === entry.id) readable(template, delimiters)
    }
  }

  #checkTemplate(entry: Entry, after: State): void {
    const set = after.get(setOf(entry))
    if (set?.kind !== 'template.set') {
      const hint = 'Name a template.set entry under set:'
      throw blame(entry, 'data.set', {
        code: 'TEMPLATE_INVALID',
        kind: Kind.Invalid,
        message: `"${setOf(entry)}" is no template set`,
        hint,
      })
    }
    const others = [this.#templates.get(set.id)?.get(nameOf(entry)), this.#coming.get(placeOf(entry))]
    const now = others.flatMap((other) => (other && other.id !== entry.id && after.get(other.id)) || []).find(isTemplateAt(placeOf(entry)))
    if (now) {
      const message = `"${now.id}" is called ${nameOf(entry)} in "${set.id}" already`
      throw blame(entry, 'meta.name', {
        code: 'TEMPLATE_NAME_TAKEN',
        kind: Kind.AlreadyExists,
        message,
        hint: 'Give it another name under meta.name.',
      })
    }
    readable(entry, delimitersOf(set))
  }

  #came(entry: Entry): void {
    const place = placeOf(entry)
    if (this.#coming.get(place)?.id === entry.id) this.#coming.delete(place)
  }

  #join(entry: Entry): void {
    const home = { set: setOf(entry), name: nameOf(entry) }
    const names = this.#templates.get(home.set) ?? new Map<string, Entry>()
    names.set(home.name, entry)
    this.#templates.set(home.set, names)
    this.#homes.set(entry.id, home)
  }

  #leave(id: string): void {
    const home = this.#homes.get(id)
    if (home === undefined) return
    this.#homes.delete(id)
    const names = this.#templates.get(home.set)
    if (names?.get(home.name)?.id === id) names.delete(home.name)
    if (names?.size === 0) this.#templates.delete(home.set)
  }
}
