import { framed } from '../../../src/control/frames.ts'
import { encodeRequest } from '../../../src/control/protocol.ts'
import type { ControlAttack } from '../control.ts'
import { Stranger } from '../control.ts'

export const attack: ControlAttack = {
  about: 'A request that is cut off after each of its bytes.',
  lay: async ({ path }) => {
    const bytes = framed(encodeRequest({ id: 1, verb: 'ps', args: {}, token: '' }))
    const strangers = Array.from(bytes.subarray(1), (_, length) => {
      const stranger = new Stranger(path)
      stranger.socket.end(bytes.subarray(0, length))
      return stranger
    })
    await Promise.all(strangers.map(({ closed }) => closed))
    const told = strangers.flatMap(({ codes }) => codes)
    return told.length === 0 ? [] : [`half a request was answered: ${told}`]
  },
}
