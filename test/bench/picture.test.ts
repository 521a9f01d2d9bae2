import { crc32, inflateSync } from 'node:zlib'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { barsOf } from '../../src/bench/figure.ts'
import { colours, drawingOf } from '../../src/bench/picture.ts'
import { pngOf } from '../../src/bench/png.ts'
import { svgOf } from '../../src/bench/svg.ts'

const test = suite('picture')

const machine = { processor: '2 × Any & all', system: 'linux x64', node: 'v24', load: '0.1' }
const bars = barsOf([
  { name: 'wippy <x>', values: [1000, 1200, 1100] },
  { name: 'slow', values: [1e9, 2e9, 3e9] },
  { name: 'absent', values: [], problem: 'not there' },
])
const PANELS = [{ title: 'a call', unit: 'time' as const, bars }]
const draw = (panels = PANELS): string => svgOf(drawingOf({ title: 'T', subtitle: 'S', panels, machine }))

/** x, y, width of each bar. */
const boxes = (svg: string): number[][] =>
  [...svg.matchAll(/<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)"/g)].map(([, ...numbers]) => numbers.map(Number))

test('each figure is a bar as long as the logarithm of its median, with its value in words', () => {
  const svg = draw()
  const [ours, slow] = boxes(svg) as [number[], number[]]
  assert.is(boxes(svg).length, 2)
  assert.ok(slow[2]! > 3 * ours[2]!, `${slow[2]} and ${ours[2]}`)
  assert.match(svg, '1.10 µs')
  assert.match(svg, '2.00 s')
  assert.ok(boxes(svg).every(([x, , width]) => x! + width! < 1200))
})

test('it says on which machine, and no text of it is markup', () => {
  const svg = draw()
  assert.match(svg, '2 × Any &#38; all')
  assert.match(svg, 'wippy &#60;x&#62;')
  assert.not.match(svg, 'wippy <x>')
  for (const tag of ['svg', 'style', 'text', 'rect']) assert.ok(svg.includes(`<${tag}`))
})

test('it is drawn for light and for dark, and a name that is too long is made to fit', () => {
  assert.match(draw(), /@media \(prefers-color-scheme: dark\)/)
  const [first] = bars
  const svg = draw([{ title: 'a', unit: 'time', bars: [{ ...first!, name: 'x'.repeat(60) }] }])
  assert.match(svg, 'textLength')
})

test('lines of an axis are so far apart that what stands below them can be read', () => {
  const wide = [{ ...bars[0]!, value: 1, low: 1, high: 1e9 }]
  for (const name of ['short', 'a name that takes all of the room there is']) {
    const svg = draw([{ title: 'a', unit: 'time', bars: [{ ...wide[0]!, name }] }])
    const ticks = [...svg.matchAll(/<text x="([\d.]+)" y="[\d.]+" class="t-tick/g)].map(([, x]) => Number(x))
    assert.ok(ticks.length > 1)
    for (const [at, x] of ticks.slice(1).entries()) assert.ok(x - ticks[at]! >= 50, `${ticks}`)
  }
})

/** Width, height, and the colour at a place, in units of the drawing. */
const decoded = (png: Buffer): { readonly size: readonly number[]; readonly at: (x: number, y: number) => string } => {
  assert.equal([...png.subarray(0, 8)], [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  let data: Buffer = Buffer.alloc(0)
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    const end = at + 8 + png.readUInt32BE(at)
    assert.is(crc32(png.subarray(at + 4, end)), png.readUInt32BE(end))
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') data = png.subarray(at + 8, end)
  }
  const rows = inflateSync(data)
  const size = [png.readUInt32BE(16), png.readUInt32BE(20)] as const
  assert.is(rows.length, (size[0] * 3 + 1) * size[1])
  const at = (x: number, y: number): string => `#${rows.subarray(y * 2 * (size[0] * 3 + 1) + x * 6 + 1).toString('hex', 0, 3)}`
  return { size, at }
}

test('as PNG it is twice as large, with paper, bars, lines and letters where they are drawn', () => {
  const drawing = drawingOf({ title: 'III', subtitle: 'S', panels: PANELS, machine })
  const { size, at } = decoded(Buffer.from(pngOf(drawing)))
  assert.equal(size, [2 * drawing.width, 2 * drawing.height])
  for (const [x, y] of [
    [2, 2],
    [1190, drawing.height - 2],
  ] as const)
    assert.is(at(x, y), colours.light.paper)
  for (const mark of drawing.marks) {
    if (mark.mark !== 'box') continue
    const { x, y, width, height } = mark.box
    assert.is(at(Math.floor(x + width / 4), Math.floor(y + height / 4)), colours.light[mark.tone])
  }
  const [title] = drawing.marks
  assert.ok(title?.mark === 'text')
  const row = Array.from({ length: 60 }, (_, x) => at(title.x + x / 2, title.y - 10))
  const inked = row.map((colour) => (colour === colours.light.ink ? 'x' : ' ')).join('')
  assert.match(inked, /^ *x+ +x+ +x+ +$/, 'three upright strokes for three letters')
})

test('letters that the font does not have, and shapes beyond the edge, do no harm', () => {
  const picture = { title: '木 \u{1f600}\u0000', subtitle: '', panels: [], machine: { ...machine, processor: 'x'.repeat(500) } }
  assert.ok(pngOf(drawingOf(picture)).length > 1000)
})

test.run()
