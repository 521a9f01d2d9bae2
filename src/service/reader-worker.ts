// The thread that reads long code.

import { parentPort } from 'node:worker_threads'
import { WippyError } from '../error.ts'
import { type ReadAnswer, type ReadAsk, readNow } from './reader.ts'

const answerTo = (ask: ReadAsk): ReadAnswer => {
  try {
    return readNow(ask)
  } catch (error) {
    if (!(error instanceof WippyError)) throw error
    const { code, kind, message, hint, where, frame } = error
    return { error: { code, kind, message, ...(hint && { hint }), ...(where && { where }), ...(frame && { frame }) } }
  }
}

parentPort!.on('message', (ask: ReadAsk) => parentPort!.postMessage(answerTo(ask)))
