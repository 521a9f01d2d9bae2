// One thing under way for somebody who may lose interest: whatever it waits for at that moment is given up, and nothing new begins.

export class Flight {
  #isStopped = false
  #giveUp: (() => void) | null = null // of what it waits for now

  get isStopped(): boolean {
    return this.#isStopped
  }

  stop(): void {
    this.#isStopped = true
    this.#giveUp?.()
  }

  /**
   * Waits until what `begin` starts calls `done`; `begin` returns how to give it up. True when it was done, false when it was given up.
   * Fails with what `begin` throws.
   */
  wait(begin: (done: () => void) => () => void): Promise<boolean> {
    return new Promise((resolve) => {
      if (this.#isStopped) return resolve(false)
      let isOver = false
      const end = (isDone: boolean): void => {
        isOver = true
        this.#giveUp = null
        resolve(isDone)
      }
      const undo = begin(() => end(true))
      if (isOver) return
      this.#giveUp = () => {
        end(false)
        undo()
      }
    })
  }
}
