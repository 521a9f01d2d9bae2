// Bodies of forms with files, read whole by the parser that Node brings with it.

import { Kind, WippyError } from '../error.ts'

export type FormFile = { readonly field: string; readonly name: string; readonly type: string; readonly content: Blob }
export type Form = { readonly values: readonly (readonly [field: string, value: string])[]; readonly files: readonly FormFile[] }

const invalid = (message: string, cause?: unknown): WippyError =>
  new WippyError('HTTP_FORM', Kind.Invalid, message, { retryable: false, cause })

/** Throws HTTP_FORM. */
export const readMultipart = async (bytes: Uint8Array, contentType: string): Promise<Form> => {
  if (!/^multipart\/form-data\b/i.test(contentType)) throw invalid('content type is not multipart/form-data')
  let parts: FormData
  try {
    parts = await new Response(bytes as BodyInit, { headers: { 'content-type': contentType } }).formData()
  } catch (cause) {
    throw invalid('failed to parse multipart form', cause)
  }
  const values: [string, string][] = []
  const files: FormFile[] = []
  for (const [field, value] of parts) {
    if (typeof value === 'string') values.push([field, value])
    else files.push({ field, name: value.name, type: value.type, content: value })
  }
  return { values, files }
}
