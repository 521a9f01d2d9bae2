import { setTimeout as pause } from 'node:timers/promises'
import { framed } from '../../../src/control/frames.ts'
import { encodeRequest } from '../../../src/control/protocol.ts'
import type { ControlAttack } from '../control.ts'
import { Stranger } from '../control.ts'

export const attack: ControlAttack = {
  about: 'A request without the token, a byte now and then: it is never silent, and never done.',
  lay: async ({ port, helloMs }) => {
    const stranger = new Stranger(port)
    const bytes = framed(encodeRequest({ id: 1, verb: 'ps', args: { x: 'x'.repeat(60_000) }, token: 'wrong' }))
    let isOpen = true
    void stranger.closed.then(() => {
      isOpen = false
    })
    let sent = 0
    for (; sent < bytes.length && isOpen; sent++) {
      stranger.socket.write(bytes.subarray(sent, sent + 1))
      await pause(helloMs / 20)
    }
    return isOpen || sent === bytes.length ? ['it was waited for'] : []
  },
}
