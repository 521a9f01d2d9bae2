// Whether a workflow is paused, and who waits for it to go on.

export class Pause {
  #over: PromiseWithResolvers<void> | null = null

  get isOn(): boolean {
    return this.#over !== null
  }

  begin(): void {
    this.#over ??= Promise.withResolvers()
  }

  /** Takes it away; the returned function lets those go on who waited. It may begin again before that: they wait on then. */
  lift(): () => void {
    const over = this.#over
    this.#over = null
    return () => over?.resolve()
  }

  /** Resolves when it is not paused, or not any more. */
  async over(): Promise<void> {
    while (this.#over !== null) await this.#over.promise
  }
}
