// Every command, by what one types; a colon stands for the space.

import Run from './run.ts'
import RunList from './run/list.ts'
import Version from './version.ts'

export const COMMANDS = { run: Run, 'run:list': RunList, version: Version }
