// HTML of strangers, cleaned by a policy: what sanitize-html lets through, of what the policy names.

import sanitizeHtml, { type Attributes, type IOptions, type Tag } from 'sanitize-html'
import { HtmlPolicy } from './html-policy.ts'
import { stringOf, Tally, type TextOperation } from './operation.ts'
import { expressionOf } from './regexp.ts'

const DEEPEST = 256
const DROPPED = ' ' // an element of this name is nobody's: its tags go, what is in it stays

/** What is in these goes with them. */
const WITHOUT_CONTENT = 'frame frameset iframe noembed noframes noscript nostyle object script style title xmp plaintext'.split(' ')

/** Elements that mean something without an attribute; of others the tags go when none is left. */
const BARE = new Set(
  `abbr acronym address article aside audio b bdi blockquote body br button canvas caption center cite code col colgroup datalist dd del
   details dfn div dl dt em fieldset figcaption figure footer h1 h2 h3 h4 h5 h6 head header hgroup hr html i ins kbd li mark marquee nav ol
   optgroup option p picture pre q rp rt ruby s samp script section select small span strike strong style sub summary sup svg table tbody td
   textarea tfoot th thead time tr tt u ul var video wbr`.split(/\s+/),
)

/** Attributes that hold an address. */
const ADDRESSES = ['href', 'src', 'cite', 'action', 'formaction', 'poster', 'background', 'data', 'longdesc', 'usemap', 'xlink:href']
const LINKS = ['a', 'area', 'base', 'link']
const DATA_IMAGE = /^data:image\/(?:gif|jpeg|png|svg\+xml|webp);base64,[A-Za-z0-9+/\s]*={0,2}$/i

/** The address as it may stand there, or null. */
const addressOf = (value: string, policy: HtmlPolicy): string | null => {
  const address = value.trim()
  if (/^data:/i.test(address)) {
    if (policy.schemes.has('data')) return address
    return policy.hasDataImages && DATA_IMAGE.test(address) ? address.replace(/\s/g, '') : null
  }
  // browsers pass over control characters, and read another scheme
  if (address === '' || /[\s\u0000-\u001f\u007f]/.test(address) || /%(?![0-9a-f]{2})/i.test(address)) return null
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(address)?.[1]?.toLowerCase()
  if (scheme !== undefined) return policy.urlSchemes.includes(scheme) ? address : null
  if (/^[^/?#]*:/.test(address)) return null // a scheme that is none
  return policy.allowsRelative === false ? null : address
}

const isExternal = (address: string): boolean => /^(?:[a-z][a-z0-9+.-]*:)?[/\\]{2}/i.test(address)

/** What a link says of itself, to be put beside its address. */
const linked = (name: string, attribs: Attributes, { nofollow, noreferrer, blank }: HtmlPolicy): Attributes => {
  if (!LINKS.includes(name) || attribs.href === undefined) return attribs
  const isBlank = name === 'a' && (attribs.target === '_blank' || (blank && isExternal(attribs.href)))
  const wanted = [...(nofollow ? ['nofollow'] : []), ...(noreferrer ? ['noreferrer'] : []), ...(isBlank ? ['noopener'] : [])]
  if (wanted.length === 0) return attribs
  const rel = [...new Set([...(attribs.rel?.split(/\s+/) ?? []), ...wanted])].join(' ')
  return { ...attribs, ...(isBlank && { target: '_blank' }), rel }
}

const transform =
  (policy: HtmlPolicy) =>
  (name: string, given: Attributes): Tag => {
    const own = policy.elements.get(name)
    const attribs: Attributes = {}
    for (const [attribute, value] of Object.entries(given)) {
      const patterns = [...(own?.get(attribute) ?? []), ...(policy.everywhere.get(attribute) ?? [])]
      if (!patterns.some((pattern) => pattern === null || pattern.test(value))) continue
      const kept = ADDRESSES.includes(attribute) && attribute !== 'usemap' ? addressOf(value, policy) : value
      if (kept !== null) attribs[attribute] = kept
    }
    const isEmpty = Object.keys(attribs).length === 0 && !BARE.has(name)
    return isEmpty && own !== undefined ? { tagName: DROPPED, attribs: {} } : { tagName: name, attribs: linked(name, attribs, policy) }
  }

const optionsOf = (policy: HtmlPolicy): IOptions => {
  const attributes = [...policy.elements.values(), policy.everywhere].flatMap((names) => [...names.keys()])
  return {
    allowedTags: [...policy.elements.keys()],
    allowedAttributes: { '*': [...new Set([...attributes, 'rel', 'target'])] },
    allowedSchemes: [...policy.urlSchemes],
    allowedSchemesAppliedToAttributes: ADDRESSES,
    allowProtocolRelative: policy.allowsRelative !== false,
    nonTextTags: WITHOUT_CONTENT.filter((name) => !policy.elements.has(name)),
    transformTags: { '*': transform(policy) },
    parseStyleAttributes: false,
    selfClosing: [...sanitizeHtml.defaults.selfClosing, 'wbr'],
    nestingLimit: DEEPEST,
  }
}

export const htmlOperations: Readonly<Record<string, TextOperation>> = {
  pattern: (pattern) => {
    expressionOf(pattern)
    return [true]
  },
  sanitize: (_, [rules, html]) => [new Tally().take(sanitizeHtml(stringOf(html), optionsOf(new HtmlPolicy(rules))))],
}
