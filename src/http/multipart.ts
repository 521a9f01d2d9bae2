// Bodies of forms with files, read whole by the parser that Node brings with it; in a thread, as a stranger decides how long that takes.

import { Kind, WippyError } from '../error.ts'
import { programBeside, Thread } from '../service/thread.ts'

export type FormFile = { readonly field: string; readonly name: string; readonly type: string; readonly bytes: Uint8Array }
export type Form = { readonly values: readonly (readonly [field: string, value: string])[]; readonly files: readonly FormFile[] }
export type FormAsk = { readonly bytes: Uint8Array; readonly contentType: string }

const PATIENCE_MS = 5_000
const WAITING = 100

const invalid = (message: string): WippyError => new WippyError('HTTP_FORM', Kind.Invalid, message, { retryable: false })

/** Throws HTTP_FORM. */
export const parseMultipart = async ({ bytes, contentType }: FormAsk): Promise<Form> => {
  let parts: FormData
  try {
    parts = await new Response(bytes as BodyInit, { headers: { 'content-type': contentType } }).formData()
  } catch {
    throw invalid('failed to parse multipart form')
  }
  const values: [string, string][] = []
  const files: FormFile[] = []
  for (const [field, value] of parts) {
    if (typeof value === 'string') values.push([field, value])
    else files.push({ field, name: value.name, type: value.type, bytes: new Uint8Array(await value.arrayBuffer()) })
  }
  return { values, files }
}

export class Forms {
  readonly #thread = new Thread<FormAsk, Form>({
    program: programBeside(import.meta.url, 'multipart-worker'),
    patienceMs: PATIENCE_MS,
    waiting: WAITING,
    tooMuch: () => invalid(`to parse the multipart form takes longer than ${PATIENCE_MS / 1000} s, or too much memory`),
  })

  /** Reads a body for `by`. Throws HTTP_FORM, THREAD_FULL. */
  async read(ask: FormAsk, by: string): Promise<Form> {
    if (/^multipart\/form-data\b/i.test(ask.contentType)) return await this.#thread.do(ask, by)
    throw invalid('content type is not multipart/form-data')
  }
}
