import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { barsOf } from '../../src/bench/figure.ts'
import { svgOf } from '../../src/bench/picture.ts'

const test = suite('picture')

const machine = { processor: '2 × Any & all', system: 'linux x64', node: 'v24', load: '0.1' }
const bars = barsOf([
  { name: 'wippy <x>', values: [1000, 1200, 1100] },
  { name: 'slow', values: [1e9, 2e9, 3e9] },
  { name: 'absent', values: [], problem: 'not there' },
])
const draw = (panels = [{ title: 'a call', unit: 'time' as const, bars }]): string => svgOf({ title: 'T', subtitle: 'S', panels, machine })

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

test.run()
