import { type HttpAttack, said } from '../http.ts'

const REQUESTS = [
  ['GET /echo HTTP/1.1\r\n\r\n', 400], // no host
  ['GET /echo HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n', 400],
  ['CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n', 0],
  ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
  ['GET /echo HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade, close\r\n\r\n', 200],
  ['GET /echo HTTP/9.9\r\nHost: x\r\n\r\n', 400],
  ['GET\t/echo\tHTTP/1.1\r\nHost: x\r\n\r\n', 400],
  ['\r\n\r\n\0\0\0\0', 400],
  ['\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400], // the beginning of TLS
] as const

export const attack: HttpAttack = {
  about: 'Requests without a host, with two, for a tunnel, another protocol, or none.',
  lay: async ({ port }) => {
    const raws = await Promise.all(REQUESTS.map(([text]) => said(port, text)))
    return raws.flatMap(({ statuses }, at) => {
      const [text, status] = REQUESTS[at]!
      return (statuses[0] ?? 0) === status ? [] : [`${JSON.stringify(text)} was answered with ${statuses}`]
    })
  },
}
