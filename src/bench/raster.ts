// Shapes to pixels, with smooth edges: how much of each pixel lies within an outline is computed, not sampled. Each edge leaves, in the pixels it
// crosses, how much the area to the right of it changes; the sum along a row is what is covered (as in font-rs by R. Levien).

export type Colour = readonly [red: number, green: number, blue: number, opacity: number]

const CURVE = 8 // straight pieces of a curve

/** One or more closed outlines, point by point. */
export class Outline {
  readonly edges: number[] = []
  #x = 0
  #y = 0
  #startX = 0
  #startY = 0

  moveTo(x: number, y: number): this {
    this.#startX = this.#x = x
    this.#startY = this.#y = y
    return this
  }

  lineTo(x: number, y: number): this {
    this.edges.push(this.#x, this.#y, x, y)
    this.#x = x
    this.#y = y
    return this
  }

  /** A quadratic curve. */
  curveTo(cornerX: number, cornerY: number, x: number, y: number): this {
    const [fromX, fromY] = [this.#x, this.#y]
    for (let step = 1; step <= CURVE; step++) {
      const t = step / CURVE
      const [a, b, c] = [(1 - t) ** 2, 2 * t * (1 - t), t ** 2]
      this.lineTo(a * fromX + b * cornerX + c * x, a * fromY + b * cornerY + c * y)
    }
    return this
  }

  close(): this {
    return this.lineTo(this.#startX, this.#startY)
  }

  scaled(factor: number): Outline {
    const outline = new Outline()
    for (const edge of this.edges) outline.edges.push(edge * factor)
    return outline
  }
}

export class Raster {
  readonly width: number
  readonly height: number
  /** Red, green and blue of each pixel, row by row. */
  readonly pixels: Uint8Array

  constructor(width: number, height: number, [red, green, blue]: Colour) {
    this.width = width
    this.height = height
    this.pixels = new Uint8Array(width * height * 3)
    for (let at = 0; at < this.pixels.length; at += 3) this.pixels.set([red, green, blue], at)
  }

  /** Paints what lies within an outline. Its parts beyond the edges are cut off. */
  fill({ edges }: Outline, colour: Colour): void {
    if (edges.length === 0) return
    let [left, top, right, bottom] = [this.width, this.height, 0, 0]
    for (let at = 0; at < edges.length; at += 2) {
      left = Math.min(left, edges[at]!)
      right = Math.max(right, edges[at]!)
      top = Math.min(top, edges[at + 1]!)
      bottom = Math.max(bottom, edges[at + 1]!)
    }
    const [x, y] = [Math.max(0, Math.floor(left)), Math.max(0, Math.floor(top))]
    const [width, height] = [Math.min(this.width, Math.ceil(right) + 1) - x, Math.min(this.height, Math.ceil(bottom)) - y]
    if (width <= 0 || height <= 0) return
    const changes = new Float32Array((width + 1) * height)
    for (let at = 0; at < edges.length; at += 4)
      addEdge(changes, { width, height }, [edges[at]! - x, edges[at + 1]! - y, edges[at + 2]! - x, edges[at + 3]! - y])
    this.#paint(changes, { x, y, width, height }, colour)
  }

  #paint(changes: Float32Array, box: { x: number; y: number; width: number; height: number }, [red, green, blue, opacity]: Colour): void {
    for (let row = 0; row < box.height; row++) {
      let covered = 0
      for (let column = 0; column < box.width; column++) {
        covered += changes[row * (box.width + 1) + column]!
        const share = Math.min(1, Math.abs(covered)) * opacity
        if (share < 1 / 512) continue
        const at = ((box.y + row) * this.width + box.x + column) * 3
        for (const [channel, value] of [red, green, blue].entries()) {
          const below = this.pixels[at + channel]!
          this.pixels[at + channel] = Math.round(below + (value - below) * share)
        }
      }
    }
  }
}

type Edge = readonly [x0: number, y0: number, x1: number, y1: number]

/** Adds what one edge changes, in a box whose origin is 0, 0. */
const addEdge = (
  changes: Float32Array,
  { width, height }: { readonly width: number; readonly height: number },
  [x0, y0, x1, y1]: Edge,
): void => {
  if (y0 === y1) return
  const [topX, topY, bottomX, bottomY] = y0 < y1 ? [x0, y0, x1, y1] : [x1, y1, x0, y0]
  const slope = (bottomX - topX) / (bottomY - topY)
  const xAt = (y: number): number => Math.min(width, Math.max(0, topX + slope * (y - topY)))
  for (let row = Math.max(0, Math.floor(topY)); row < Math.min(height, Math.ceil(bottomY)); row++) {
    const [from, to] = [Math.max(row, topY), Math.min(row + 1, bottomY)]
    const [a, b] = [xAt(from), xAt(to)]
    const [least, most] = a < b ? [a, b] : [b, a]
    const share = y0 < y1 ? to - from : from - to // of the row, with the direction as its sign
    const start = row * (width + 1)
    const last = Math.max(Math.ceil(most), Math.floor(least) + 1)
    let before = 0
    for (let column = Math.floor(least); column < last; column++) {
      const covered = (rightOf(column + 1, least, most) - rightOf(column, least, most)) * share
      changes[start + column]! += covered - before
      before = covered
    }
    if (last <= width) changes[start + last]! += share - before
  }
}

/** Mean of how far `x` lies to the right of an edge between `least` and `most`; 0 where it lies to the left. */
const rightOf = (x: number, least: number, most: number): number => {
  if (x <= least) return 0
  return x >= most ? x - (least + most) / 2 : (x - least) ** 2 / (2 * (most - least))
}
