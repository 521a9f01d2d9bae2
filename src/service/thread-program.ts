// The other side of a Thread: the program that does its jobs.

import { parentPort } from 'node:worker_threads'
import { WippyError } from '../error.ts'
import type { ThreadAnswer, ThreadWord } from './thread.ts'

/** Says that it is ready, then answers every job with what `perform` returns, or the WippyError that it throws. Anything else that it throws ends the thread. */
export const doJobs = <Ask, Result>(perform: (ask: Ask) => Result | Promise<Result>): void => {
  const answerTo = async (ask: Ask): Promise<ThreadAnswer<Result>> => {
    try {
      return { result: await perform(ask) }
    } catch (error) {
      if (!(error instanceof WippyError)) throw error
      const { code, kind, message, hint, where, frame, retryable, details } = error
      const told = {
        ...(hint && { hint }),
        ...(where && { where }),
        ...(frame && { frame }),
        ...(retryable !== undefined && { retryable }),
        ...(details && { details }),
      }
      return { fault: { code, kind, message, ...told } }
    }
  }
  const say = (word: ThreadWord<Result>): void => parentPort!.postMessage(word)
  parentPort!.on('message', async (ask: Ask) => say(await answerTo(ask)))
  say(null)
}
