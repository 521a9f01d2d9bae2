import { written } from '../../component.ts'

const DEPTH = 2000
const PREAMBLE = [0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0]
const COMPONENT = 4

const leb = (value: number): number[] => (value < 128 ? [value] : [(value & 127) | 128, ...leb(value >> 7)])
const within = (inner: Uint8Array): Uint8Array => Uint8Array.from([...PREAMBLE, COMPONENT, ...leb(inner.length), ...inner])

let bytes = Uint8Array.from(PREAMBLE)
for (let depth = 0; depth < DEPTH; depth++) bytes = Uint8Array.from(within(bytes))

export const attack = written({ about: 'Components in components, deeper than anybody reads.', says: /refused/, text: bytes })
