// Parts of a node that only some apps need: made, and loaded, when somebody asks for them first.

import type { Config } from '../config.ts'
import type { WippyError } from '../error.ts'
import type { Parts } from './parts.ts'
import type { Telemetry, TelemetryOptions } from './telemetry.ts'

/** Makes something when it is first asked for; what could not be made is tried again. */
const once = <T>(make: () => Promise<T>): (() => Promise<T>) => {
  let made: Promise<T> | null = null
  return () => {
    made ??= make().catch((error) => {
      made = null
      throw error
    })
    return made
  }
}

export type LatePartsOptions = Pick<Parts, 'config' | 'clock' | 'policies' | 'trial' | 'report'> & { readonly parts: () => Parts }

type LateParts = Pick<Parts, 'environment' | 'databases' | 'stores' | 'tokenStores' | 'volumes' | 'meters' | 'streams'>

export const lateParts = ({ config, clock, policies, trial, report, parts }: LatePartsOptions): LateParts => {
  const environment = once(async () => {
    const { Environment } = await import('../service/env.ts')
    return new Environment({ root: config.root, os: process.env })
  })
  const databases = once(async () => (await import('./databases.ts')).databasesOf(parts()))
  const stores = once(async () => (await import('./stores.ts')).storesOf(parts()))
  const tokenStores = once(async () => {
    const [{ TokenStores }, variables, known] = await Promise.all([import('../service/token-stores.ts'), environment(), stores()])
    return new TokenStores({ policies, clock, variables, stores: known })
  })
  const volumes = once(async () => {
    const [{ Volumes }, variables] = await Promise.all([import('../service/volumes.ts'), environment()])
    return new Volumes({ root: config.root, trial, lookup: (after) => variables.lookup(after) })
  })
  const meters = once(async () => new (await import('../service/meters.ts')).Meters())
  const streams = once(async () => new (await import('../service/streams.ts')).Streams(report))
  return { environment, databases, stores, tokenStores, volumes, meters, streams }
}

/** What is traced, if the configuration or the environment wants that; or why not. */
export const telemetryOf = async (
  { sections }: Config,
  options: Omit<TelemetryOptions, 'settings'>,
): Promise<{ readonly telemetry?: Telemetry; readonly problem?: WippyError }> => {
  if (sections.otel === undefined && process.env.OTEL_SDK_DISABLED === undefined) return {}
  try {
    const settings = (await import('./otel-settings.ts')).otelSettings(sections.otel, process.env)
    return settings ? { telemetry: new (await import('./telemetry.ts')).Telemetry({ ...options, settings }) } : {}
  } catch (error) {
    return { problem: error as WippyError }
  }
}
