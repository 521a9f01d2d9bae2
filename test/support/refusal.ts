// How something is refused, in few words.

import { WippyError } from '../../src/error.ts'

/** Kind and code of the error that `work` fails with; `no error` when it does not. */
export const refusal = async (work: () => unknown): Promise<string> => {
  try {
    await work()
  } catch (error) {
    return error instanceof WippyError ? `${error.kind} ${error.code}` : String(error)
  }
  return 'no error'
}
