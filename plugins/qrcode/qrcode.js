import qrcode from '../../node_modules/qrcode-generator/dist/qrcode.mjs'

const LEVELS = { low: 'L', medium: 'M', quartile: 'Q', high: 'H' }
const LARGEST = { low: 2953, medium: 2331, quartile: 1663, high: 1273 } // bytes in a code of version 40

const bytesOf = (text) => {
  const bytes = []
  for (const character of text) {
    const code = character.codePointAt(0)
    if (code < 0x80) bytes.push(code)
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63))
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63))
    else bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63))
  }
  return bytes
}

qrcode.stringToBytes = bytesOf

const codeOf = (text, wanted) => {
  const correction = wanted ?? 'medium'
  if (text === '') throw { tag: 'empty' }
  const { length } = bytesOf(text)
  if (length > LARGEST[correction]) throw { tag: 'too-long', val: length }
  const code = qrcode(0, LEVELS[correction])
  code.addData(text, 'Byte')
  code.make()
  return code
}

export const svg = (text, correction, cell) => {
  const cellSize = cell ?? 4
  return codeOf(text, correction).createSvgTag({ cellSize, margin: cellSize * 4, scalable: true })
}

export const modules = (text, correction) => {
  const code = codeOf(text, correction)
  const size = code.getModuleCount()
  return Array.from({ length: size }, (_, row) => Array.from({ length: size }, (_, column) => code.isDark(row, column)))
}
