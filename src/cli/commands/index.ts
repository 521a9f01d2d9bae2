// Every command, by what one types; a colon stands for the space.

import Dev from './dev.ts'
import Init from './init.ts'
import RunList from './run/list.ts'
import Run from './run.ts'
import Version from './version.ts'

export const COMMANDS = { dev: Dev, init: Init, run: Run, 'run:list': RunList, version: Version }
