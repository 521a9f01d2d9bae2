import { type HttpAttack, Raw } from '../http.ts'

const REQUESTS = 20_000

export const attack: HttpAttack = {
  about: 'Thousands of requests in one piece, from somebody who reads no answer.',
  lay: async ({ port }) => {
    const raw = new Raw(port)
    raw.socket.pause()
    raw.socket.write('GET /echo HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(REQUESTS))
    const other = new Raw(port)
    other.socket.write('GET /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
    await other.closed
    await raw.closed // it is not worked off, one after another
    return other.statuses[0] === 200 || other.statuses[0] === 503 ? [] : [`somebody else was told ${other.statuses}`]
  },
}
