import { type HttpAttack, said } from '../http.ts'

const HEAD = 'POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n'
const SECOND = 'GET /echo?smuggled HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'

/** A head, and what follows: whoever reads it otherwise finds a second request there. */
const REQUESTS: readonly (readonly [head: string, body: string])[] = [
  ['Content-Length: 4\r\nTransfer-Encoding: chunked\r\n', `0\r\n\r\n${SECOND}`],
  ['Transfer-Encoding: chunked\r\nContent-Length: 4\r\n', `0\r\n\r\n${SECOND}`],
  ['Content-Length: 0\r\nContent-Length: 5\r\n', SECOND],
  ['Content-Length: 0, 5\r\n', SECOND],
  ['Content-Length: +0\r\n', SECOND],
  ['Content-Length: -1\r\n', SECOND],
  ['Content-Length: 0x10\r\n', SECOND],
  ['Content-Length: 99999999999999999999\r\n', SECOND],
  ['Content-Length : 0\r\n', SECOND],
  ['Transfer-Encoding: chunked, identity\r\n', `0\r\n\r\n${SECOND}`],
  ['Transfer-Encoding: xchunked\r\n', `0\r\n\r\n${SECOND}`],
  ['Transfer-Encoding : chunked\r\n', `0\r\n\r\n${SECOND}`],
  ['Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n', `0\r\n\r\n${SECOND}`],
  ['Transfer-Encoding: chunked\r\n', `-1\r\n${SECOND}`],
  ['Transfer-Encoding: chunked\r\n', `fffffffffffffffff\r\n${SECOND}`],
  ['Transfer-Encoding: chunked\r\n', `0x0\r\n\r\n${SECOND}`],
  ['Transfer-Encoding: chunked\r\n', `1\r\nxy\r\n0\r\n\r\n${SECOND}`],
  ['X: a\r\n Content-Length: 5\r\n', SECOND],
  ['X: a\rContent-Length: 5\r\n', SECOND],
  ['X: a\0b\r\n', SECOND],
  ['X\0: a\r\n', SECOND],
]

export const attack: HttpAttack = {
  about: 'Requests that one reader takes for one and another for two (CL.TE, TE.CL and their kin).',
  lay: async ({ port }) => {
    const raws = await Promise.all(REQUESTS.map(([head, body]) => said(port, `${HEAD}${head}\r\n${body}`)))
    return raws.flatMap(({ received, statuses }, at) => {
      if (received.includes('smuggled')) return [`the second of ${JSON.stringify(REQUESTS[at])} was answered`]
      return statuses.length <= 1 ? [] : [`${JSON.stringify(REQUESTS[at])} was answered with ${statuses}`]
    })
  },
}
