// Where things lie that are files: the programs and apps that are measured, in bench/ of the sources as of the package, and the contenders.

import { extname, join } from 'node:path'

const here = import.meta.dirname

/** A file or folder of bench/. */
export const dataFile = (...path: readonly string[]): string => join(here, '../../bench', ...path)

export const programFile = (name: string): string => dataFile('programs', name)

/** The program of a contender: a file of peers/. */
export const peerFile = (name: string): string => join(here, 'peers', `${name}${extname(import.meta.filename)}`)
