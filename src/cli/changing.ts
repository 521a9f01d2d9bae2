// Ctrl-C in a command that changes something. What it changes is changed whole or not at all; which of them it was is said.

import { complain } from './output.ts'
import { listenForSignals } from './signals.ts'

const UNDER_WAY = 'It is under way, and is done whole or not at all: waiting for what comes of it. Press Ctrl-C again not to wait.'
const NOTHING = 'Nothing was changed.'
const UNKNOWN = 'Whether it was done is not known: "wippy registry history" shows each change.'

/**
 * Does `act`, which calls `begin` before it asks for a change. Ctrl-C before that ends the program, and nothing has changed; after that the outcome is
 * waited for, told as ever, and the exit code says that there was a Ctrl-C. A second one ends the program at once.
 */
export const changing = async <T>(act: (begin: () => void) => Promise<T>): Promise<T> => {
  let hasBegun = false
  const signals = listenForSignals((code) => {
    complain(hasBegun ? UNKNOWN : NOTHING)
    process.exit(code)
  })
  const begin = (): void => {
    hasBegun = true
    signals.stopWith((code) => {
      process.exitCode = code
      complain(UNDER_WAY)
    })
  }
  try {
    return await act(begin)
  } finally {
    signals.leave()
  }
}
