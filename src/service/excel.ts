// The host half of `excel`: files to workbooks and back, in threads. A workbook is in the memory of its process, and nowhere else.

import { Kind, WippyError } from '../error.ts'
import { split } from '../msgpack.ts'
import type { ExcelAsk } from './excel-worker.ts'
import type { Call, Caller, Operation, Service } from './service.ts'
import type { ByteStream, Streams } from './streams.ts'
import { programBeside, Thread } from './thread.ts'

const PATIENCE_MS = 10_000
const WAITING = 100
const LARGEST = 16 * 1024 ** 2 // bytes of a file
const PIECE = 64 * 1024

const invalid = (message: string): WippyError => new WippyError('EXCEL_ARGUMENT', Kind.Invalid, message, { retryable: false })

const tooMuch = (): WippyError =>
  new WippyError('EXCEL_TOO_MUCH', Kind.Timeout, `that takes more than ${PATIENCE_MS / 1000} s, or too much memory`, {
    retryable: false,
    hint: 'Work on smaller workbooks.',
  })

const whole = async (stream: ByteStream): Promise<Uint8Array> => {
  if (stream.read === undefined) throw invalid('this stream is not for reading')
  const parts: Uint8Array[] = []
  let bytes = 0
  for (let part = await stream.read(PIECE); part !== null; part = await stream.read(PIECE)) {
    bytes += part.length
    if (bytes > LARGEST) throw invalid(`a workbook has at most ${LARGEST} bytes`)
    parts.push(part)
  }
  return Buffer.concat(parts)
}

export const excelService = (streams: Streams): Service => {
  const program = programBeside(import.meta.url, 'excel-worker')
  const thread = new Thread<ExcelAsk, Uint8Array>({ program, patienceMs: PATIENCE_MS, waiting: WAITING, tooMuch })

  const read: Operation = async ({ caller, args: [stream] }: Call) => {
    const bytes = await whole(streams.of(caller, stream))
    return { ok: true, values: await thread.do({ verb: 'read', bytes }, caller.pid) }
  }

  const into = (caller: Caller, number: unknown): NonNullable<ByteStream['write']> => {
    const stream = streams.of(caller, number)
    if (stream.write === undefined) throw invalid('this stream is not for writing')
    return stream.write.bind(stream)
  }

  const write: Operation = async ({ caller, raw }: Call) => {
    const { head, rest } = split(raw, 1)
    const put = into(caller, head[0])
    await put(await thread.do({ verb: 'write', bytes: rest }, caller.pid))
    return [true]
  }

  return { name: 'excel', operations: { 'excel.read': read, 'excel.write': write } }
}
