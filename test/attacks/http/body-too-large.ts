import { type HttpAttack, Raw } from '../http.ts'

const PIECE = 'x'.repeat(65_536)

export const attack: HttpAttack = {
  about: 'A body larger than any may be: said before, and in chunks that say nothing.',
  lay: async ({ port, bodyBytes }) => {
    const head = 'POST /echo HTTP/1.1\r\nHost: x\r\n'
    const wrongs: string[] = []
    for (const [how, piece] of [
      [`Content-Length: ${bodyBytes * 1000}`, PIECE],
      ['Transfer-Encoding: chunked', `10000\r\n${PIECE}\r\n`],
    ] as const) {
      const raw = new Raw(port)
      raw.socket.write(`${head}${how}\r\n\r\n`)
      let sent = 0
      for (; !raw.isClosed && sent < 200 * bodyBytes; sent += PIECE.length)
        if (!raw.socket.write(piece)) await Promise.race([new Promise((resolve) => raw.socket.once('drain', resolve)), raw.closed])
      raw.socket.destroy()
      await raw.closed
      if (sent >= 200 * bodyBytes) wrongs.push(`${how}: ${sent} bytes were read`)
      if (raw.statuses.includes(200)) wrongs.push(`${how}: it was taken`)
    }
    return wrongs
  },
}
