// wippy rollback: what `wippy registry rollback` does, under a shorter name.

import RegistryRollback from './registry/rollback.ts'

export default class Rollback extends RegistryRollback {
  static override summary = 'Go one version of the registry back, or to the version that is named.'
}
