// What HTML may contain, as bluemonday has it: elements, attributes with patterns for their values, schemes of addresses.
//
//   H1 Nothing is allowed that no rule names. `script` and `style` are not, whoever names them.
//   H2 An address is of a scheme that is named; when none is, of http, https or mailto. Relative ones are not, once a rule speaks of
//      addresses, until a rule says so.

import type { RE2JS } from 're2js'
import { invalid, stringOf } from './operation.ts'
import { expressionOf } from './regexp.ts'

const MOST_RULES = 10_000

/** By attribute: what its value must match one of; null is anything. */
type Attributes = Map<string, (RE2JS | null)[]>

const NEVER = ['script', 'style']
const USUAL_SCHEMES = ['http', 'https', 'mailto']

const CELL_ALIGN = '(?i)^(center|justify|left|right|char)$'
const CELL_VALIGN = '(?i)^(baseline|bottom|middle|top)$'
const DIRECTION = '(?i)^(rtl|ltr)$'
const IMAGE_ALIGN = '(?i)^(left|right|top|texttop|middle|absmiddle|baseline|bottom|absbottom)$'
const INTEGER = '^[0-9]+$'
const DATE = '^[0-9]{4}(-[0-9]{2}(-[0-9]{2}([ T][0-9]{2}(:[0-9]{2}){1,2}(.[0-9]{1,6})?Z?([\\+-][0-9]{2}:[0-9]{2})?)?)?)?$'
const LIST_TYPE = '(?i)^(circle|disc|square|a|i|1)$'
const TOKENS = '^([\\s\\p{L}\\p{N}_-]+)$'
const NUMBER = '^[-+]?[0-9]*\\.?[0-9]+([eE][-+]?[0-9]+)?$'
const LENGTH = '^[0-9]+[%]?$'
const PARAGRAPH = "^[\\p{L}\\p{N}\\s\\-_',\\[\\]!\\./\\\\\\(\\)]*$"
const NAME = '^([\\p{L}\\p{N}_-]+)$'

const UGC_ELEMENTS =
  'article aside figure section summary h1 h2 h3 h4 h5 h6 hgroup br div hr p span wbr abbr acronym cite code dfn em figcaption mark s samp strong sub sup var b i pre small strike tt u rp rt ruby'

/** Attributes of elements, with the pattern of their values: `attributes | elements | pattern`. */
const UGC_ATTRIBUTES: readonly (readonly [attributes: string, elements: string, pattern?: string])[] = [
  ['open', 'details', '(?i)^(|open)$'],
  ['cite', 'blockquote q'],
  ['href', 'a area'],
  ['name', 'map', NAME],
  ['alt', 'area', PARAGRAPH],
  ['coords', 'area', '^([0-9]+,)+[0-9]+$'],
  ['rel', 'area', TOKENS],
  ['shape', 'area', '(?i)^(default|circle|rect|poly)$'],
  ['usemap', 'img', '(?i)^#[\\p{L}\\p{N}_-]+$'],
  ['datetime', 'time del ins', DATE],
  ['dir', 'bdi bdo', DIRECTION],
  ['cite', 'del ins', PARAGRAPH],
  ['value min max low high optimum', 'meter', NUMBER],
  ['value max', 'progress', NUMBER],
]
const TABLE_ATTRIBUTES: typeof UGC_ATTRIBUTES = [
  ['height width', 'table col colgroup td th', LENGTH],
  ['summary', 'table', PARAGRAPH],
  ['span', 'col colgroup', INTEGER],
  ['align', 'col colgroup thead tr td th tbody tfoot', CELL_ALIGN],
  ['valign', 'col colgroup thead tr td th tbody tfoot', CELL_VALIGN],
  ['abbr', 'td th', PARAGRAPH],
  ['colspan rowspan', 'td th', INTEGER],
  ['headers', 'td th', TOKENS],
  ['scope', 'td th', '(?i)^(?:row|col)(?:group)?$'],
  ['nowrap', 'td th', '(?i)^(|nowrap)$'],
]

const words = (text: string): string[] => text.split(' ')

/** A name of an element, an attribute or a scheme. */
const nameOf = (value: unknown): string => stringOf(value).toLowerCase()
const namesOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(nameOf) : [])

export class HtmlPolicy {
  readonly elements = new Map<string, Attributes>()
  readonly everywhere: Attributes = new Map()
  readonly schemes = new Set<string>()
  hasDataImages = false
  /** null: no rule spoke of addresses. */
  allowsRelative: boolean | null = null
  nofollow = false
  noreferrer = false
  blank = false

  /** The methods of a policy in Lua, by their names. */
  readonly #rules: Readonly<Record<string, (...args: readonly unknown[]) => void>> = {
    allow_elements: (names) => this.#elements(namesOf(names)),
    allow_attrs: (attributes, elements, pattern) =>
      this.#attributes(namesOf(attributes), Array.isArray(elements) ? namesOf(elements) : null, pattern ? stringOf(pattern) : null),
    allow_standard_urls: () => this.#standardUrls(),
    require_parseable_urls: () => this.#speakOfUrls(), // H2: others never are let through
    allow_relative_urls: (allow) => {
      this.allowsRelative = allow === true
    },
    allow_url_schemes: (names) => {
      this.#speakOfUrls()
      for (const name of namesOf(names)) this.schemes.add(name)
    },
    require_nofollow_on_links: (require) => {
      this.nofollow = require === true
    },
    require_noreferrer_on_links: (require) => {
      this.noreferrer = require === true
    },
    add_target_blank_to_fully_qualified_links: (add) => {
      this.blank = add === true
    },
    allow_data_uri_images: () => {
      this.#speakOfUrls()
      this.hasDataImages = true
    },
    allow_standard_attributes: () => this.#standardAttributes(),
    allow_images: () => this.#images(),
    allow_lists: () => this.#lists(),
    allow_tables: () => this.#tables(),
    ugc: () => this.#ugc(),
  }

  /** From rules as Lua lists them: `{ { name, argument, … }, … }`. Throws TEXT_ARGUMENT and TEXT_REGEXP. */
  constructor(rules: unknown) {
    const listed = Array.isArray(rules) ? rules : []
    if (listed.length > MOST_RULES) throw invalid(`a policy has at most ${MOST_RULES} rules`)
    for (const rule of listed) {
      const [name, ...args] = Array.isArray(rule) ? rule : []
      const act = Object.hasOwn(this.#rules, String(name)) ? this.#rules[String(name)] : undefined
      if (act === undefined) throw invalid(`a policy has no rule ${String(name)}`)
      act(...args)
    }
  }

  /** Schemes that an address may have. */
  get urlSchemes(): readonly string[] {
    const named = [...this.schemes, ...(this.hasDataImages ? ['data'] : [])]
    return this.allowsRelative === null && named.length === 0 ? USUAL_SCHEMES : named
  }

  #elements(names: readonly string[]): void {
    for (const name of names) if (!NEVER.includes(name) && !this.elements.has(name)) this.elements.set(name, new Map())
  }

  #attributes(attributes: readonly string[], elements: readonly string[] | null, pattern: string | null): void {
    const expression = pattern === null ? null : expressionOf(pattern)
    if (elements !== null) this.#elements(elements)
    const places = elements === null ? [this.everywhere] : elements.flatMap((name) => this.elements.get(name) ?? [])
    for (const place of places) for (const name of attributes) place.set(name, [...(place.get(name) ?? []), expression])
  }

  #table(rows: typeof UGC_ATTRIBUTES): void {
    for (const [attributes, elements, pattern = null] of rows) this.#attributes(words(attributes), words(elements), pattern)
  }

  #speakOfUrls(): void {
    this.allowsRelative ??= false
  }

  #standardUrls(): void {
    this.allowsRelative = true
    for (const scheme of USUAL_SCHEMES) this.schemes.add(scheme)
    this.nofollow = true
  }

  #standardAttributes(): void {
    this.#attributes(['dir'], null, DIRECTION)
    this.#attributes(['lang'], null, '^[a-zA-Z]{2,20}$')
    this.#attributes(['id'], null, '^[a-zA-Z0-9:_.-]+$')
    this.#attributes(['title'], null, PARAGRAPH)
  }

  #images(): void {
    this.#standardUrls()
    this.#table([
      ['align', 'img', IMAGE_ALIGN],
      ['alt', 'img', PARAGRAPH],
      ['height width', 'img', LENGTH],
      ['src', 'img'],
    ])
  }

  #lists(): void {
    this.#table([
      ['type', 'ol ul li', LIST_TYPE],
      ['value', 'li', INTEGER],
    ])
    this.#elements(['dl', 'dt', 'dd'])
  }

  #tables(): void {
    this.#elements(['caption'])
    this.#table(TABLE_ATTRIBUTES)
  }

  #ugc(): void {
    this.#standardAttributes()
    this.#standardUrls()
    this.#elements(words(UGC_ELEMENTS))
    this.#table(UGC_ATTRIBUTES)
    this.#lists()
    this.#tables()
    this.#images()
  }
}
