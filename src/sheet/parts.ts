// The parts of an .xlsx file (ECMA-376): XML in a zip archive.
//
//   P1 What comes out of an archive is bounded by what the archive says of itself, before anything comes out.

import { strFromU8, unzipSync } from 'fflate'
import { Parser } from 'saxen'
import { Kind, WippyError } from '../error.ts'

const MOST_BYTES = 64 * 1024 ** 2 // of all parts

export const broken = (message: string, cause?: unknown): WippyError =>
  new WippyError('EXCEL_FILE', Kind.Internal, message, { retryable: false, cause })

/** Texts of the parts by their paths. Throws EXCEL_FILE. */
export const partsOf = (bytes: Uint8Array): ReadonlyMap<string, string> => {
  let total = 0
  const filter = ({ name, originalSize }: { name: string; originalSize: number }): boolean => {
    if (!/\.(?:xml|rels)$/i.test(name)) return false
    total += originalSize
    if (total > MOST_BYTES) throw broken(`the workbook has more than ${MOST_BYTES} bytes when it is unpacked`)
    return true
  }
  try {
    return new Map(Object.entries(unzipSync(bytes, { filter })).map(([path, part]) => [path, strFromU8(part)]))
  } catch (error) {
    throw error instanceof WippyError ? error : broken('this is no workbook', error)
  }
}

export type Attributes = Readonly<Record<string, string>>

export type Visitor = {
  /** Names are without their prefixes. */
  open?(name: string, attributes: Attributes): void
  close?(name: string): void
  text?(text: string): void
}

const bare = (name: string): string => name.slice(name.indexOf(':') + 1)

/** Goes through XML. Throws EXCEL_FILE. */
export const walk = (xml: string, { open, close, text }: Visitor): void => {
  const parser = new Parser()
  parser.on('error', (error) => {
    throw broken('a part of the workbook is no XML', error)
  })
  parser.on('openTag', (name, attributes) => open?.(bare(name), attributes() as Attributes))
  parser.on('closeTag', (name) => close?.(bare(name)))
  parser.on('text', (said, decode) => text?.(decode(said)))
  parser.on('cdata', (said) => text?.(said))
  parser.parse(xml)
}
