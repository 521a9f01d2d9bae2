// The section `otel` of the configuration, under upstream's names, and what the environment says over it, under OpenTelemetry's.

import { Kind, WippyError } from '../error.ts'
import { type Fields, isFields } from '../registry/entry.ts'

type Environment = Readonly<Record<string, string | undefined>>

export type OtelSettings = {
  /** Of the collector, without a slash at its end. */
  readonly url: string
  /** Sent with each request. */
  readonly headers: Readonly<Record<string, string>>
  readonly service: string
  readonly version: string
  /** 0 to 1. */
  readonly rate: number
  readonly traces: boolean
  readonly metrics: boolean
  readonly http: { readonly enabled: boolean; readonly extract: boolean; readonly inject: boolean }
  readonly processes: boolean
  readonly calls: boolean
  readonly queue: boolean
}

const PROTOCOLS = ['http/json', 'http/protobuf', 'http'] // what a collector takes under one address

const wrong = (name: string, message: string, hint: string): WippyError =>
  new WippyError('OTEL_SETTING', Kind.Invalid, `otel.${name} ${message}`, { hint })

const flagIn = (fields: Fields, name: string, otherwise: boolean): boolean => {
  const value = fields[name] ?? otherwise
  if (typeof value === 'boolean') return value
  throw wrong(name, 'is not true or false', 'Write true or false.')
}

const textIn = (fields: Fields, name: string, otherwise: string): string => {
  const value = fields[name] ?? otherwise
  if (typeof value === 'string') return value
  throw wrong(name, 'is no text', 'Write a text.')
}

const groupIn = (fields: Fields, name: string): Fields => (isFields(fields[name]) ? fields[name] : {})

const urlIn = (fields: Fields, env: Environment): string => {
  const written = env.OTEL_EXPORTER_OTLP_ENDPOINT || textIn(fields, 'endpoint', 'localhost:4318')
  const scheme = flagIn(fields, 'insecure', true) ? 'http' : 'https'
  const url = /^https?:\/\//.test(written) ? written : `${scheme}://${written}`
  if (URL.canParse(url)) return url.replace(/\/+$/, '')
  throw wrong('endpoint', 'is no address', 'For example: endpoint: "http://localhost:4318".')
}

const rateIn = (fields: Fields, env: Environment): number => {
  const rate = Number(env.OTEL_TRACES_SAMPLER_ARG || (fields.sample_rate ?? 1))
  if (rate >= 0 && rate <= 1) return rate
  throw wrong('sample_rate', 'is no part of a whole', 'Write a number from 0 to 1.')
}

/** `name=value,name=value`, values percent-encoded. */
const headersIn = (fields: Fields, env: Environment): Readonly<Record<string, string>> => {
  const own = Object.entries(groupIn(fields, 'headers')).map(([name, value]) => [name, String(value)] as const)
  const said = (env.OTEL_EXPORTER_OTLP_HEADERS ?? '').split(',').flatMap((pair) => {
    const [name = '', ...rest] = pair.split('=')
    return name.trim() === '' ? [] : [[name.trim(), decoded(rest.join('=').trim())] as const]
  })
  try {
    return Object.fromEntries(new Headers([...own, ...said].map(([name, value]) => [name, value])))
  } catch {
    throw wrong('headers', 'has a name or a value that no header can have', 'Write names and texts.')
  }
}

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const isOn = (fields: Fields, env: Environment): boolean => {
  const disabled = env.OTEL_SDK_DISABLED?.toLowerCase()
  return disabled === 'true' ? false : disabled === 'false' ? true : flagIn(fields, 'enabled', false)
}

/** What to trace, and where to; null when it is off. Throws OTEL_SETTING. */
export const otelSettings = (section: unknown, env: Environment): OtelSettings | null => {
  const fields = isFields(section) ? section : {}
  if (!isOn(fields, env)) return null
  const protocol = env.OTEL_EXPORTER_OTLP_PROTOCOL || textIn(fields, 'protocol', 'http/json')
  if (!PROTOCOLS.includes(protocol)) {
    throw wrong(
      'protocol',
      `is "${protocol}", which is not spoken here`,
      'Leave it out, and give the address where the collector takes HTTP.',
    )
  }
  const [http, process] = [groupIn(fields, 'http'), groupIn(fields, 'process')]
  return {
    url: urlIn(fields, env),
    headers: headersIn(fields, env),
    service: env.OTEL_SERVICE_NAME || textIn(fields, 'service_name', 'wippy'),
    version: env.OTEL_SERVICE_VERSION || textIn(fields, 'service_version', ''),
    rate: rateIn(fields, env),
    traces: flagIn(fields, 'traces_enabled', true),
    metrics: flagIn(fields, 'metrics_enabled', false),
    http: {
      enabled: flagIn(http, 'enabled', true),
      extract: flagIn(http, 'extract_headers', true),
      inject: flagIn(http, 'inject_headers', true),
    },
    processes: flagIn(process, 'enabled', true) && flagIn(process, 'trace_lifecycle', true),
    calls: flagIn(groupIn(fields, 'interceptor'), 'enabled', true),
    queue: flagIn(groupIn(fields, 'queue'), 'enabled', true),
  }
}
