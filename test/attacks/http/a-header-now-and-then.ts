import { setTimeout as pause } from 'node:timers/promises'
import { type HttpAttack, Raw } from '../http.ts'

export const attack: HttpAttack = {
  about: 'Heads of requests to which another header comes now and then (Slowloris).',
  lay: async ({ port, headMs }) => {
    const raws = Array.from({ length: 50 }, () => new Raw(port))
    for (const { socket } of raws) socket.write('GET /echo HTTP/1.1\r\nHost: x\r\n')
    for (let at = 0; raws.some(({ isClosed }) => !isClosed); at++) {
      for (const { socket, isClosed } of raws) if (!isClosed) socket.write(`X-${at}: y\r\n`)
      await pause(headMs / 5)
    }
    return raws.every(({ statuses }) => statuses.every((status) => status === 408)) ? [] : ['one was answered']
  },
}
