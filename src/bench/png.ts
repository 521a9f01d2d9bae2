// SVG to PNG, by a program of the machine: what draws text well needs a font engine, which is not ours to carry.

import { spawnSync } from 'node:child_process'
import { Kind, WippyError } from '../error.ts'

/** Programs that can, best first. */
const CONVERTERS: readonly { readonly name: string; readonly args: (svg: string, png: string) => string[] }[] = [
  { name: 'rsvg-convert', args: (svg, png) => ['--zoom', '2', '--output', png, svg] },
  { name: 'inkscape', args: (svg, png) => ['--export-dpi=192', `--export-filename=${png}`, svg] },
  { name: 'magick', args: (svg, png) => ['-density', '192', svg, png] },
]
const PATIENCE_MS = 60_000

/** Draws an SVG file into a PNG file. Throws BENCH_PNG when this machine has no program for it, or that fails. */
export const drawPng = (svg: string, png: string): void => {
  for (const { name, args } of CONVERTERS) {
    const { error, status, stderr } = spawnSync(name, args(svg, png), { encoding: 'utf8', timeout: PATIENCE_MS })
    if (error && (error as NodeJS.ErrnoException).code === 'ENOENT') continue
    if (status === 0) return
    throw new WippyError('BENCH_PNG', Kind.Internal, `${name} could not draw ${svg}: ${error?.message ?? stderr.trim()}`, {
      hint: 'Open the SVG in a browser; it can be printed and saved from there.',
    })
  }
  throw new WippyError('BENCH_PNG', Kind.Unavailable, 'this machine has no program that makes a PNG of an SVG', {
    hint: `Install ${CONVERTERS.map(({ name }) => name).join(', or ')} (Debian: librsvg2-bin), or open the SVG in a browser.`,
  })
}
