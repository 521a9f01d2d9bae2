// Ends a command when everything there is to say has been said.

export class Quit extends Error {
  readonly exitCode: number

  constructor(exitCode: number) {
    super(`ends with ${exitCode}`)
    this.exitCode = exitCode
  }
}
