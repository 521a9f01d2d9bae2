// Modules in one file, as a hub gives them, made by hand.

import { createHash } from 'node:crypto'
import { zstdCompressSync } from 'node:zlib'
import { encode } from '../../src/msgpack.ts'

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest()

export type Raw = { readonly id: string; readonly kind: string; readonly meta?: unknown; readonly data?: unknown }

/** The bytes of a `.wapp` with these entries. */
export const wapp = (entries: readonly Raw[]): Buffer => {
  const frame = (value: unknown) => zstdCompressSync(encode(value))
  const listed = entries.map(({ id, kind, meta, data }) => {
    const [ns, name] = id.split(':')
    return { ID: { ns, name }, Kind: kind, ...(meta !== undefined && { Meta: meta }), ...(data !== undefined && { Data: data }) }
  })
  const [about, held] = [frame({ name: 'made by hand' }), frame(listed)]
  const data = Buffer.concat([about, held])
  const header = Buffer.alloc(268)
  header.write('WIPPYPACK\x01', 'latin1')
  header.writeBigUInt64LE(268n, 12)
  header.writeBigUInt64LE(BigInt(data.length), 20)
  sha256(data).copy(header, 28)
  const at = (offset: number, bytes: Uint8Array) => ({ Offset: offset, Size: bytes.length, Hash: sha256(bytes).toString('hex') })
  const contents = frame({ Metadata: at(268, about), Entries: at(268 + about.length, held), Resources: null, DataFrames: [] })
  const footer = Buffer.alloc(16)
  footer.writeBigUInt64LE(BigInt(268 + data.length), 0)
  footer.writeBigUInt64LE(BigInt(contents.length), 8)
  return Buffer.concat([header, data, contents, footer])
}
