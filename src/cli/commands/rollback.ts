// wippy rollback: what `wippy registry rollback` does, under a shorter name.

import RegistryRollback from './registry/rollback.ts'

export default class Rollback extends RegistryRollback {
  static override summary = 'Go back one version of the registry, or to the given one.'
}
