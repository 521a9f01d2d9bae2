import { setTimeout as pause } from 'node:timers/promises'
import { type HttpAttack, Raw } from '../http.ts'

export const attack: HttpAttack = {
  about: 'Bodies of which a byte comes now and then.',
  lay: async ({ port, wholeMs }) => {
    const raws = Array.from({ length: 20 }, () => new Raw(port))
    for (const { socket } of raws) socket.write('POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n')
    while (raws.some(({ isClosed }) => !isClosed)) {
      for (const { socket, isClosed } of raws) if (!isClosed) socket.write('x')
      await pause(wholeMs / 10)
    }
    return raws.some(({ statuses }) => statuses.includes(200)) ? ['half a body was taken for a whole one'] : []
  },
}
