// A drawing as SVG, which follows the reader's choice of light or dark and needs nothing but a browser.

import { colours, type Drawing, lines, type Mark, ROUNDING, type Style, styles, type Tone } from './picture.ts'

const FAMILY = 'system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif'
const LETTER = 0.55 // of a text's size: what a letter takes on average

const fills = (tones: Readonly<Record<Tone, string>>): string =>
  [
    ...Object.entries(tones).map(([tone, colour]) => `.${tone} { fill: ${colour}; }`),
    ...Object.entries(lines).map(([kind, { tone }]) => `.${kind} { stroke: ${tones[tone]}; }`),
  ].join('\n')
const textRule = ([name, { size, bold }]: readonly [string, Style]): string =>
  `.t-${name} { font-size: ${size}px; font-weight: ${bold ? 600 : 400}; }`

// No variables: programs that draw SVG, browsers aside, do not know them.
const STYLE = `
text { font-family: ${FAMILY}; font-variant-numeric: tabular-nums; }
${Object.entries(styles).map(textRule).join('\n')}
${Object.entries(lines)
  .map(([kind, { width, opacity }]) => `.${kind} { stroke-width: ${width}; stroke-opacity: ${opacity}; }`)
  .join('\n')}
${fills(colours.light)}
@media (prefers-color-scheme: dark) {
${fills(colours.dark)}
}`

const escaped = (text: string): string => text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`)
const at = (value: number): string => value.toFixed(1)

const svgOfMark = (mark: Mark): string => {
  if (mark.mark === 'box') {
    const { x, y, width, height } = mark.box
    return `<rect x="${at(x)}" y="${at(y)}" width="${at(width)}" height="${at(height)}" rx="${ROUNDING}" class="${mark.tone}"/>`
  }
  if (mark.mark === 'line') {
    const { from, to, kind } = mark
    return `<line x1="${at(from[0])}" y1="${at(from[1])}" x2="${at(to[0])}" y2="${at(to[1])}" class="${kind}"/>`
  }
  const { x, y, text, style, anchor, room = Number.POSITIVE_INFINITY } = mark
  const isWide = text.length * LETTER * styles[style].size > room
  const narrow = isWide ? ` textLength="${room}" lengthAdjust="spacingAndGlyphs"` : ''
  const where = anchor === 'start' ? '' : ` text-anchor="${anchor}"`
  return `<text x="${at(x)}" y="${at(y)}" class="t-${style} ${styles[style].tone}"${where}${narrow}>${escaped(text)}</text>`
}

export const svgOf = ({ width, height, title, marks }: Drawing): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}">
<style>${STYLE}</style>
<rect width="${width}" height="${height}" class="paper"/>
${marks.map(svgOfMark).join('\n')}
</svg>
`
