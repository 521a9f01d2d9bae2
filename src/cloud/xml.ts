// The little of XML that S3 speaks: elements with texts, read with @rgrove/parse-xml, which knows no entities but XML's own.

import { parseXml, XmlElement } from '@rgrove/parse-xml'

/** The elements in the root of a document, which is named so. Throws when it is no such document. */
export const elementsOf = (text: string, root: string): readonly XmlElement[] => {
  const found = parseXml(text).root
  if (found?.name !== root) throw new Error(`this is no ${root}`)
  return childrenOf(found)
}

export const childrenOf = ({ children }: XmlElement): readonly XmlElement[] =>
  children.filter((child): child is XmlElement => child instanceof XmlElement)

/** Texts of elements by their names; of several of one name the last. */
export const textsOf = (elements: readonly XmlElement[]): Readonly<Record<string, string>> =>
  Object.fromEntries(elements.map((element) => [element.name, element.text]))

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' }

/** A text as XML has it. */
export const escaped = (text: string): string =>
  text.replace(/[&<>"'\u0000-\u001f]/g, (character) => ENTITIES[character] ?? `&#${character.charCodeAt(0)};`)
