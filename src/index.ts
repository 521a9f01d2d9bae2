// What `import 'wippy'` gives.

export type { Command } from './app/execution.ts'
export { type FailureKind, type SandboxOutcome, type SandboxRunOptions, sandbox } from './app/sandbox-run.ts'
export { openRegistry, type StoredRegistry } from './app/stored-registry.ts'
export { type BootOptions, boot, type Node } from './app.ts'
export { bareConfig, type Config, type ConfigOptions, type Configured, defineConfig, loadConfig, type UserConfig } from './config.ts'
export { describe, Kind, place, type Where, WippyError } from './error.ts'
export type { Coroutine, Standing, Variable } from './kernel/body.ts'
export type { Baseline } from './registry/baseline.ts'
export { type Change, type Operation, replacing } from './registry/change.ts'
export { referencesOf } from './registry/dependency.ts'
export { type Deployment, deploymentOf } from './registry/deployment.ts'
export { type Entry, whereOf } from './registry/entry.ts'
export { differenceText, entryText, fieldOf } from './registry/entry-text.ts'
export type { Swap } from './registry/follow.ts'
export { type Version, versionName } from './registry/history.ts'
export { readEntryFile } from './registry/source.ts'
export { assemble } from './registry/source-tree.ts'
export { createLog, type Log, type LogOptions } from './service/logger.ts'
export type { Terminal } from './service/service.ts'
export { type ProcessTerminal, processTerminal } from './service/terminal.ts'
export { didYouMean, nearest } from './suggest.ts'

/** This module, for those who import it late. */
export type Wippy = typeof import('./index.ts')
