// What a test file needs of the system besides Node. Where that is missing the file is skipped, and says so; where CI is set everything has to run.

import { existsSync } from 'node:fs'

/** The exit code of a test file that was skipped, as Automake's tests have it. */
export const SKIPPED = 77

/** A program of the system: what people call it, the Debian package it comes in, where it may lie. */
export type Program = { readonly name: string; readonly debianPackage: string; readonly paths: readonly string[] }

/** The first of its paths that exists. */
export const findProgram = ({ paths }: Program): string | undefined => paths.find((path) => existsSync(path))

/** Whether the tests that need it are to run: it is installed, or has to be. */
export const isNeeded = (program: Program): boolean => findProgram(program) !== undefined || Boolean(process.env.CI)

/** Its path. Where it is missing this test file ends here as skipped; with CI set it throws what to install. */
export const needProgram = (program: Program): string => {
  const found = findProgram(program)
  if (found) return found
  const missing = `${program.name} is not installed (apt-get install ${program.debianPackage})`
  if (process.env.CI) throw new Error(missing)
  console.error(missing)
  process.exit(SKIPPED)
}
