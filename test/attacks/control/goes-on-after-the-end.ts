import type { ControlAttack } from '../control.ts'
import { Stranger } from '../control.ts'

const PIECE = new Uint8Array(1 << 20).fill(0xff)
const PIECES = 256

export const attack: ControlAttack = {
  about: 'A message larger than any may be, and hundreds of megabytes of it, though it was refused at its head.',
  lay: async ({ path }) => {
    const before = process.memoryUsage().arrayBuffers
    const stranger = new Stranger(path)
    let isOpen = true
    void stranger.closed.then(() => {
      isOpen = false
    })
    let most = 0
    for (let sent = 0; sent < PIECES && isOpen; sent++) {
      if (!stranger.socket.write(PIECE))
        await Promise.race([new Promise((resolve) => stranger.socket.once('drain', resolve)), stranger.closed])
      most = Math.max(most, process.memoryUsage().arrayBuffers - before)
    }
    await stranger.closed
    return most > 64 * PIECE.length ? [`${most} bytes were held for it`] : []
  },
}
