// The host half of `fs`. A volume is one right: who may have it may do in it what it allows.

import { Kind, WippyError } from '../error.ts'
import type { Call, Operation, Service } from './service.ts'
import type { Streams } from './streams.ts'
import type { Mode, Volume } from './volume.ts'
import type { Volumes } from './volumes.ts'

const MOST_WHOLE = 16 * 1024 ** 2 // bytes of a file that is read at once
const PIECE = 64 * 1024
const MODES: readonly unknown[] = ['r', 'w', 'wx', 'a']

const invalid = (message: string): WippyError => new WippyError('FS_ARGUMENT', Kind.Invalid, message, { retryable: false })

const pathOf = ({ args: [path] }: Call): string => {
  if (typeof path === 'string') return path
  throw invalid('a path is text')
}

const modeOf = (value: unknown): Mode => {
  if (MODES.includes(value)) return value as Mode
  throw invalid('a mode is "r", "w", "wx" or "a"')
}

export const fsService = (volumes: Volumes, streams: Streams): Service => {
  const on =
    (act: (volume: Volume, path: string, call: Call) => Promise<readonly unknown[]>): Operation =>
    (call) =>
      act(volumes.need(call.target), pathOf(call), call)

  const whole = async (volume: Volume, path: string): Promise<Uint8Array> => {
    const file = await volume.open(path, 'r')
    try {
      const { size } = await file.stat()
      if (size > MOST_WHOLE) throw invalid(`"${path}" has ${size} bytes, more than ${MOST_WHOLE}: open it and read it in parts`)
      const parts: Uint8Array[] = []
      let bytes = 0
      for (let part = await file.read!(PIECE); part !== null; part = await file.read!(PIECE)) {
        bytes += part.length
        if (bytes > MOST_WHOLE) throw invalid(`"${path}" has more than ${MOST_WHOLE} bytes: open it and read it in parts`)
        parts.push(part)
      }
      return Buffer.concat(parts)
    } finally {
      await file.close()
    }
  }

  /** Bytes, or all that is left of a stream of the caller. */
  const write = async (volume: Volume, path: string, { caller, args: [, mode, data, stream] }: Call): Promise<readonly unknown[]> => {
    const source = data === null || data === undefined ? streams.of(caller, stream) : null
    const file = await volume.open(path, modeOf(mode))
    try {
      if (source === null) await file.write!(data instanceof Uint8Array ? data : Buffer.from(String(data)))
      else if (source.read === undefined) throw invalid('this stream is not for reading')
      else for (let part = await source.read(PIECE); part !== null; part = await source.read(PIECE)) await file.write!(part)
      return [true]
    } finally {
      await file.close()
    }
  }

  const exists = async (volume: Volume, path: string): Promise<readonly unknown[]> => {
    try {
      return [true, (await volume.info(path)).is_dir]
    } catch (error) {
      if ((error as WippyError).kind === Kind.NotFound) return [false, false]
      throw error
    }
  }

  return {
    name: 'fs',
    operations: {
      'fs.get': ({ target }) => {
        volumes.need(target)
        return [true]
      },
      'fs.stat': on(async (volume, path) => [await volume.info(path)]),
      'fs.exists': on(exists),
      'fs.list': on(async (volume, path) => [await volume.list(path)]),
      'fs.mkdir': on(async (volume, path) => {
        await volume.mkdir(path)
        return [true]
      }),
      'fs.remove': on(async (volume, path) => {
        await volume.remove(path)
        return [true]
      }),
      'fs.read': on(async (volume, path) => [await whole(volume, path)]),
      'fs.write': on(write),
      'fs.open': on(async (volume, path, { caller, args: [, mode] }) => [streams.open(caller, await volume.open(path, modeOf(mode)))]),
    },
  }
}
