// One session over standard input and output: the program that started this one is the agent.

import type { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'

const MESSAGE_BYTES = 1024 ** 2

/** Serves until the other side ends, or sends more than a message may have. `complain` hears of what was no message. */
export const serveStdio = async (session: Server, complain: (text: string) => void): Promise<void> => {
  const transport = new StdioServerTransport(process.stdin, process.stdout, { maxBufferSize: MESSAGE_BYTES })
  const ended = new Promise<void>((resolve) => {
    session.onclose = resolve
    process.stdin.once('end', resolve)
  })
  session.onerror = ({ message }) => complain(`this is no message: ${message.split('\n')[0]}`)
  await session.connect(transport)
  await ended
  await session.close()
}
