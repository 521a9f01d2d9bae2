// Jobs that take time, one after another. A job is given `done` and calls it when the next one may begin; it may call it at once.

import type { WippyError } from '../error.ts'

type Job = { readonly run: (done: () => void) => void; readonly refuse: (error: WippyError) => void }

export class OneByOne {
  #jobs: Job[] = []
  #isBusy = false
  #isAdvancing = false

  /** `refuse` hears why the job will not be run, if it comes to that. */
  add(run: Job['run'], refuse: Job['refuse'] = () => {}): void {
    this.#jobs.push({ run, refuse })
    this.#advance()
  }

  /** Forgets what has not begun. */
  refuse(error: WippyError): void {
    const jobs = this.#jobs
    this.#jobs = []
    for (const job of jobs) job.refuse(error)
  }

  // A loop, because jobs that are done at once would otherwise nest.
  #advance(): void {
    if (this.#isAdvancing) return
    this.#isAdvancing = true
    while (!this.#isBusy) {
      const job = this.#jobs.shift()
      if (job === undefined) break
      this.#isBusy = true
      job.run(() => {
        this.#isBusy = false
        this.#advance()
      })
    }
    this.#isAdvancing = false
  }
}
