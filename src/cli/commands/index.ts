// Every command, by what one types; a colon stands for the space.

import RunList from './run/list.ts'
import Run from './run.ts'
import Version from './version.ts'

export const COMMANDS = { run: Run, 'run:list': RunList, version: Version }
