// What goes wrong with a bucket, under one set of codes.

import { Kind, WippyError } from '../error.ts'
import { elementsOf, textsOf } from './xml.ts'

const RETRYABLE = [408, 429, 500, 502, 503, 504]
const MOST_SAID = 200 // characters of an answer that are told

export const invalid = (message: string): WippyError => new WippyError('CLOUDSTORAGE_ARGUMENT', Kind.Invalid, message, { retryable: false })

const notFound = (key: string): WippyError =>
  new WippyError('CLOUDSTORAGE_NOT_FOUND', Kind.NotFound, `there is no object "${key.slice(0, MOST_SAID)}"`, { retryable: false })

export const conflict = (): WippyError =>
  new WippyError('CLOUDSTORAGE_CONFLICT', Kind.Conflict, 'precondition_failed', { retryable: false })

export const failed = (message: string, retryable: boolean, cause?: unknown): WippyError =>
  new WippyError('CLOUDSTORAGE_FAILED', Kind.Internal, message, { retryable, cause })

export const late = (ms: number): WippyError =>
  new WippyError('CLOUDSTORAGE_FAILED', Kind.Timeout, `nothing came for ${ms} ms`, { retryable: true })

export const canceled = (): WippyError =>
  new WippyError('CLOUDSTORAGE_FAILED', Kind.Canceled, 'its process has ended', { retryable: false })

/** The error that an answer is. `text`: its body. */
export const faultOf = (status: number, key: string, text: string): WippyError => {
  const { Code: code = '', Message: message = '' } = said(text)
  if (status === 304 || status === 412 || code === 'ConditionalRequestConflict') return conflict()
  if (code === 'NoSuchKey' || (status === 404 && code === '' && key !== '')) return notFound(key)
  return failed([`the storage answers ${status}`, code, message.slice(0, MOST_SAID)].filter(Boolean).join(': '), RETRYABLE.includes(status))
}

/** Whether an error may be over with another attempt. */
export const mayPass = (error: unknown): boolean => error instanceof WippyError && error.retryable === true

const said = (text: string): Readonly<Record<string, string>> => {
  try {
    return textsOf(elementsOf(text, 'Error'))
  } catch {
    return {}
  }
}
