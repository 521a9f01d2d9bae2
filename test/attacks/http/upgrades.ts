import { setTimeout as pause } from 'node:timers/promises'
import { type HttpAttack, Raw } from '../http.ts'

const UPGRADE =
  'GET /echo HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n'
const CONNECTIONS = 50

export const attack: HttpAttack = {
  about: 'Upgrades where there is nothing to upgrade to: of some the client is gone at once, of others it is never.',
  lay: async ({ port }) => {
    const gone = Array.from({ length: CONNECTIONS }, () => new Raw(port))
    for (const { socket } of gone) socket.write(UPGRADE, () => socket.resetAndDestroy())
    const staying = Array.from({ length: CONNECTIONS }, () => new Raw(port, true))
    for (const { socket } of staying) socket.write(UPGRADE)
    await Promise.all([
      ...gone.map(({ closed }) => closed),
      ...staying.map(async ({ socket }) => {
        await new Promise((resolve) => socket.once('end', resolve))
        while (!socket.destroyed) {
          socket.write('x') // is told that nobody is there any more
          await pause(20)
        }
      }),
    ])
    return []
  },
}
