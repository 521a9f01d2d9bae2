// Every command, by what one types; a colon stands for the space.

import Dev from './dev.ts'
import Init from './init.ts'
import Inspect from './inspect.ts'
import Kill from './kill.ts'
import Logs from './logs.ts'
import Mailbox from './mailbox.ts'
import Ps from './ps.ts'
import RunList from './run/list.ts'
import Run from './run.ts'
import Top from './top.ts'
import Version from './version.ts'

export const COMMANDS = {
  dev: Dev,
  init: Init,
  inspect: Inspect,
  kill: Kill,
  logs: Logs,
  mailbox: Mailbox,
  ps: Ps,
  run: Run,
  'run:list': RunList,
  top: Top,
  version: Version,
}
