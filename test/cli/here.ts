// Runs a command of the real command line within this process: as the program does, but without starting one. One after another.

import { main } from '../../src/cli/main.ts'
import type { Ended } from './command.ts'

type Write = typeof process.stdout.write

/** What a stream is written while `act` runs. */
const written = async (stream: NodeJS.WriteStream, act: () => Promise<void>): Promise<string> => {
  const { write } = stream
  let text = ''
  stream.write = ((chunk: string | Uint8Array) => {
    text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString()
    return true
  }) as Write
  try {
    await act()
  } finally {
    stream.write = write
  }
  return text
}

/** `wippy ARGS`, for commands that do not end the program themselves: all but `run` and `dev`. */
export const here = async (args: readonly string[], { cwd }: { readonly cwd: string }): Promise<Ended> => {
  const [back, code] = [process.cwd(), process.exitCode]
  const listeners = new Set(process.stdout.listeners('error'))
  process.chdir(cwd)
  process.exitCode = 0
  try {
    let out = ''
    const err = await written(process.stderr, async () => {
      out = await written(process.stdout, () => main(args))
    })
    return { code: Number(process.exitCode), signal: null, out, err }
  } finally {
    process.exitCode = code
    process.chdir(back)
    for (const listener of process.stdout.listeners('error'))
      if (!listeners.has(listener)) process.stdout.off('error', listener as () => void)
  }
}
