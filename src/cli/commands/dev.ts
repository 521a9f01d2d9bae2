// wippy dev: wippy run for those who write the app. Files are taken in as they are saved, the log is shown, and what is wrong at the start may
// be mended while it runs.

import Run, { runFlags } from './run.ts'

export default class Dev extends Run {
  static override summary = 'Run the app in this directory, and take files in as they are saved.'
  static override description =
    `Like run, with the log shown and files followed: a save that can be applied is a version of the registry, and each says what changed and how long that took.
Calls and messages under way end with the code they began with; a save with a mistake is shown with its place, and what ran runs on.`
  static override usage = ['dev [flags] [TARGET [ARGS...]]', 'dev [flags] -x ns:entry [--] [ARGS...]']
  static override examples = ['<%= config.bin %> dev', '<%= config.bin %> dev greet Ada']
  static override flags = runFlags as typeof Run.flags

  protected override readonly always = { watch: true, console: true, command: 'dev' }
}
