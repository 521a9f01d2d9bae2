// What the server itself counts. An app may have taken its names, or all places there are: that is said once, and no request suffers for it.

import type { WippyError } from '../error.ts'
import type { Meters } from '../service/meters.ts'

/** Has `act` count. `warn` hears of the first time that it could not. */
export const measuring = (meters: Meters, warn: (message: string) => void): ((act: (meters: Meters) => void) => void) => {
  let isTold = false
  return (act) => {
    try {
      act(meters)
    } catch (error) {
      if (!isTold) warn(`requests are not counted: ${(error as WippyError).message}`)
      isTold = true
    }
  }
}
