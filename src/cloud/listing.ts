// What a bucket says of its objects.

import type { XmlElement } from '@rgrove/parse-xml'
import { failed } from './fault.ts'
import { childrenOf, elementsOf, textsOf } from './xml.ts'

export type Listed = {
  readonly key: string
  readonly size: number
  readonly etag: string
  readonly storageClass: string
  /** Seconds since 1970; 0 when it is not said. */
  readonly lastModified: number
  /** Empty without versions. */
  readonly versionId: string
  readonly owner: { readonly id: string; readonly displayName: string } | null
}

export type Listing = {
  readonly objects: readonly Listed[]
  /** Where the next one begins; empty at the end. */
  readonly next: string
}

const childTexts = (elements: readonly XmlElement[], name: string): Readonly<Record<string, string>> => {
  const found = elements.find((one) => one.name === name)
  return found ? textsOf(childrenOf(found)) : {}
}

const listedOf = (element: XmlElement, decode: (text: string) => string, withOwner: boolean): Listed => {
  const children = childrenOf(element)
  const { Key = '', Size = '0', ETag = '', StorageClass = '', LastModified = '', VersionId = '' } = textsOf(children)
  const { ID: id = '', DisplayName: displayName = '' } = childTexts(children, 'Owner')
  return {
    key: decode(Key),
    size: Number(Size),
    etag: ETag,
    storageClass: StorageClass,
    lastModified: Math.floor((Date.parse(LastModified) || 0) / 1000),
    versionId: VersionId,
    owner: withOwner ? { id, displayName } : null,
  }
}

const decoded = (text: string): string => decodeURIComponent(text.replaceAll('+', ' '))

/** Elements of an answer, texts of those that have no others in them, and how keys are written. */
const read = (text: string, root: string) => {
  try {
    const elements = elementsOf(text, root)
    const texts = textsOf(elements)
    return { elements, texts, decode: texts.EncodingType === 'url' ? decoded : (key: string): string => key }
  } catch (error) {
    throw failed('the storage answers with something that is no list', false, error)
  }
}

export const listingOf = (text: string, withOwner: boolean): Listing => {
  const { elements, texts, decode } = read(text, 'ListBucketResult')
  return {
    objects: elements.filter(({ name }) => name === 'Contents').map((one) => listedOf(one, decode, withOwner)),
    next: texts.IsTruncated === 'true' ? (texts.NextContinuationToken ?? '') : '',
  }
}

/** Versions of objects; what was deleted is none. */
export const versionsOf = (text: string, withOwner: boolean): Listing => {
  const { elements, texts, decode } = read(text, 'ListVersionsResult')
  const { NextKeyMarker: key = '', NextVersionIdMarker: version = '' } = texts
  const markers = new URLSearchParams({ 'key-marker': decode(key), ...(version !== '' && { 'version-id-marker': version }) })
  return {
    objects: elements.filter(({ name }) => name === 'Version').map((one) => listedOf(one, decode, withOwner)),
    next: texts.IsTruncated === 'true' ? markers.toString() : '',
  }
}
