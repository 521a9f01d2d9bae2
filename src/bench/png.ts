// A drawing as PNG, with nothing of the machine: the font comes along (Roboto, of which the Latin letters suffice), and shapes are painted here.

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { crc32, deflateSync } from 'node:zlib'
import opentype, { type Font } from 'opentype.js'
import { type Box, colours, type Drawing, lines, type Mark, ROUNDING, styles, type Tone } from './picture.ts'
import { type Colour, Outline, Raster } from './raster.ts'

const SCALE = 2 // pixels for each unit of the drawing, so that it is sharp on any screen
const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)
const [EIGHT_BITS, RGB] = [8, 2]

const fontOf = (weight: 400 | 500): Font => {
  const bytes = readFileSync(fileURLToPath(import.meta.resolve(`@fontsource/roboto/files/roboto-latin-${weight}-normal.woff`)))
  return opentype.parse(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
}

const colourOf = (tone: Tone, opacity = 1): Colour => {
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(colours.light[tone].slice(at, at + 2), 16)) as [number, number, number]
  return [red, green, blue, opacity]
}

const outlineOfBox = ({ x, y, width, height }: Box): Outline => {
  const corner = Math.min(ROUNDING, width / 2, height / 2)
  const [right, bottom] = [x + width, y + height]
  return new Outline()
    .moveTo(x + corner, y)
    .lineTo(right - corner, y)
    .curveTo(right, y, right, y + corner)
    .lineTo(right, bottom - corner)
    .curveTo(right, bottom, right - corner, bottom)
    .lineTo(x + corner, bottom)
    .curveTo(x, bottom, x, bottom - corner)
    .lineTo(x, y + corner)
    .curveTo(x, y, x + corner, y)
}

/** A line that is level or upright, as a box. */
const outlineOfLine = ({ from: [x0, y0], to: [x1, y1], kind }: Extract<Mark, { mark: 'line' }>): Outline => {
  const half = lines[kind].width / 2
  const [dx, dy] = y0 === y1 ? [0, half] : [half, 0]
  return new Outline()
    .moveTo(x0 - dx, y0 - dy)
    .lineTo(x1 + dx, y0 - dy)
    .lineTo(x1 + dx, y1 + dy)
    .lineTo(x0 - dx, y1 + dy)
    .close()
}

const outlineOfText = (
  font: Font,
  { x, y, text, style, anchor, room = Number.POSITIVE_INFINITY }: Extract<Mark, { mark: 'text' }>,
): Outline => {
  const { size } = styles[style]
  const natural = font.getAdvanceWidth(text, size)
  const narrow = Math.min(1, room / natural)
  const left = x - natural * narrow * { start: 0, middle: 0.5, end: 1 }[anchor]
  const [atX, atY] = [(value: number): number => left + value * narrow, (value: number): number => y + value]
  const outline = new Outline()
  for (const to of font.getPath(text, 0, 0, size).commands) {
    if (to.type === 'M') outline.moveTo(atX(to.x), atY(to.y))
    else if (to.type === 'L') outline.lineTo(atX(to.x), atY(to.y))
    else if (to.type === 'Q') outline.curveTo(atX(to.x1), atY(to.y1), atX(to.x), atY(to.y))
    else outline.close()
  }
  return outline
}

const chunk = (type: string, data: Uint8Array): Uint8Array => {
  const bytes = Buffer.alloc(data.length + 12)
  bytes.writeUInt32BE(data.length)
  bytes.write(type, 4, 'latin1')
  bytes.set(data, 8)
  bytes.writeUInt32BE(crc32(bytes.subarray(4, -4)), bytes.length - 4)
  return bytes
}

const encoded = ({ width, height, pixels }: Raster): Uint8Array => {
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width)
  head.writeUInt32BE(height, 4)
  head.set([EIGHT_BITS, RGB], 8)
  const row = width * 3
  const rows = new Uint8Array((row + 1) * height) // each begins with its filter: none
  for (let y = 0; y < height; y++) rows.set(pixels.subarray(y * row, (y + 1) * row), y * (row + 1) + 1)
  return Buffer.concat([SIGNATURE, chunk('IHDR', head), chunk('IDAT', deflateSync(rows)), chunk('IEND', new Uint8Array())])
}

/** The drawing as the bytes of a PNG, on light paper, two pixels for each of its units. */
export const pngOf = ({ width, height, marks }: Drawing): Uint8Array => {
  const [plain, bold] = [fontOf(400), fontOf(500)]
  const raster = new Raster(width * SCALE, Math.ceil(height * SCALE), colourOf('paper'))
  const paint = (outline: Outline, colour: Colour): void => raster.fill(outline.scaled(SCALE), colour)
  for (const mark of marks) {
    if (mark.mark === 'box') paint(outlineOfBox(mark.box), colourOf(mark.tone))
    else if (mark.mark === 'line') paint(outlineOfLine(mark), colourOf(lines[mark.kind].tone, lines[mark.kind].opacity))
    else paint(outlineOfText(styles[mark.style].bold ? bold : plain, mark), colourOf(styles[mark.style].tone))
  }
  return encoded(raster)
}
