import { framed } from '../../../src/control/frames.ts'
import { encodeRequest } from '../../../src/control/protocol.ts'
import type { ControlAttack } from '../control.ts'
import { Stranger } from '../control.ts'

const REQUESTS = 2000

export const attack: ControlAttack = {
  about: 'Thousands of requests in one piece.',
  lay: async ({ path }) => {
    const stranger = new Stranger(path)
    const requests = Array.from({ length: REQUESTS }, (_, id) =>
      framed(encodeRequest({ id, verb: 'registry.snapshot', args: {}, token: '' })),
    )
    stranger.socket.end(Buffer.concat(requests))
    await stranger.closed
    const answered = stranger.codes.filter((code) => code === 'answered').length
    const busy = stranger.codes.filter((code) => code === 'CONTROL_BUSY').length
    return answered > 0 && busy > 0 && answered + busy <= REQUESTS ? [] : [`${answered} were answered, ${busy} refused`]
  },
}
