import { type HttpAttack, said } from '../http.ts'

const heads = [
  Array.from({ length: 20_000 }, (_, at) => `X-${at}: y`).join('\r\n'),
  `X: ${'y'.repeat(1 << 20)}`,
  `${'x'.repeat(1 << 20)}: y`,
]

export const attack: HttpAttack = {
  about: 'Headers by the thousand, and headers, names and addresses a megabyte long.',
  lay: async ({ port }) => {
    const texts = [
      ...heads.map((head) => `GET /echo HTTP/1.1\r\nHost: x\r\n${head}\r\n\r\n`),
      `GET /${'x'.repeat(1 << 20)} HTTP/1.1\r\nHost: x\r\n\r\n`,
    ]
    const raws = await Promise.all(texts.map((text) => said(port, text)))
    return raws.flatMap(({ statuses }) =>
      statuses.every((status) => status === 431 || status === 414 || status === 400) ? [] : [`it was answered with ${statuses}`],
    )
  },
}
