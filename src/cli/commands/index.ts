// Every command, by what one types; a colon stands for the space.

import Audit from './audit.ts'
import Bench from './bench.ts'
import Check from './check.ts'
import Complete from './complete.ts'
import Completion from './completion.ts'
import Deploy from './deploy.ts'
import Dev from './dev.ts'
import Diff from './diff.ts'
import Explain from './explain.ts'
import Init from './init.ts'
import Inspect from './inspect.ts'
import Kill from './kill.ts'
import Logs from './logs.ts'
import Mailbox from './mailbox.ts'
import Mcp from './mcp.ts'
import New from './new.ts'
import Pack from './pack.ts'
import PluginInspect from './plugin/inspect.ts'
import PluginInstall from './plugin/install.ts'
import PluginList from './plugin/list.ts'
import PluginPermissions from './plugin/permissions.ts'
import PluginRemove from './plugin/remove.ts'
import PluginUpdate from './plugin/update.ts'
import Ps from './ps.ts'
import RegistryApply from './registry/apply.ts'
import RegistryDiff from './registry/diff.ts'
import RegistryHistory from './registry/history.ts'
import RegistryList from './registry/list.ts'
import RegistryPrune from './registry/prune.ts'
import RegistryResolve from './registry/resolve.ts'
import RegistryRollback from './registry/rollback.ts'
import RegistryShow from './registry/show.ts'
import Rollback from './rollback.ts'
import RunList from './run/list.ts'
import Run from './run.ts'
import SandboxRun from './sandbox/run.ts'
import Stubs from './stubs.ts'
import Top from './top.ts'
import Trace from './trace.ts'
import Version from './version.ts'
import WorkflowCancel from './workflow/cancel.ts'
import WorkflowExport from './workflow/export.ts'
import WorkflowFork from './workflow/fork.ts'
import WorkflowImport from './workflow/import.ts'
import WorkflowJournal from './workflow/journal.ts'
import WorkflowList from './workflow/list.ts'
import WorkflowPause from './workflow/pause.ts'
import WorkflowQuery from './workflow/query.ts'
import WorkflowReplay from './workflow/replay.ts'
import WorkflowResume from './workflow/resume.ts'
import WorkflowShow from './workflow/show.ts'
import WorkflowSignal from './workflow/signal.ts'
import WorkflowStart from './workflow/start.ts'
import WorkflowTerminate from './workflow/terminate.ts'

export const COMMANDS = {
  audit: Audit,
  bench: Bench,
  check: Check,
  complete: Complete,
  completion: Completion,
  deploy: Deploy,
  dev: Dev,
  diff: Diff,
  explain: Explain,
  init: Init,
  inspect: Inspect,
  kill: Kill,
  logs: Logs,
  mailbox: Mailbox,
  new: New,
  mcp: Mcp,
  pack: Pack,
  'plugin:inspect': PluginInspect,
  'plugin:install': PluginInstall,
  'plugin:list': PluginList,
  'plugin:permissions': PluginPermissions,
  'plugin:remove': PluginRemove,
  'plugin:update': PluginUpdate,
  ps: Ps,
  rollback: Rollback,
  run: Run,
  'run:list': RunList,
  'sandbox:run': SandboxRun,
  stubs: Stubs,
  top: Top,
  trace: Trace,
  'registry:apply': RegistryApply,
  'registry:diff': RegistryDiff,
  'registry:history': RegistryHistory,
  'registry:list': RegistryList,
  'registry:prune': RegistryPrune,
  'registry:resolve': RegistryResolve,
  'registry:rollback': RegistryRollback,
  'registry:show': RegistryShow,
  version: Version,
  'workflow:cancel': WorkflowCancel,
  'workflow:export': WorkflowExport,
  'workflow:fork': WorkflowFork,
  'workflow:import': WorkflowImport,
  'workflow:journal': WorkflowJournal,
  'workflow:list': WorkflowList,
  'workflow:pause': WorkflowPause,
  'workflow:query': WorkflowQuery,
  'workflow:replay': WorkflowReplay,
  'workflow:resume': WorkflowResume,
  'workflow:show': WorkflowShow,
  'workflow:signal': WorkflowSignal,
  'workflow:start': WorkflowStart,
  'workflow:terminate': WorkflowTerminate,
}
