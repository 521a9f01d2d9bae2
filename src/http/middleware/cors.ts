// `cors`: which pages of other origins may read answers. Whether a request is carried out is not for it to say.
//
//   cors.allow.origins: "*", or a list: "https://app.example.com", "*.example.com", "localhost" with any port
//   cors.allow.methods, cors.allow.headers, cors.expose.headers, cors.allow.credentials, cors.max.age (seconds), cors.allow.private.network
//
// With credentials an origin is only allowed when the list names it: "*" alone does not.

import type { EntrySettings } from '../../service/settings.ts'
import type { Exchange } from '../exchange.ts'
import type { Step } from '../middleware.ts'

const METHODS = 'GET,POST,PUT,DELETE,OPTIONS,PATCH'
const HEADERS = 'Origin,Content-Type,Accept,Authorization,X-Requested-With'
const MAX_AGE = 86_400 // seconds
const LOCALHOST = /^https?:\/\/localhost(?::\d+)?$/

const listOf = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')

const fits = (pattern: string, origin: string): boolean => {
  if (pattern === '*' || pattern === origin) return true
  if (pattern === 'localhost') return LOCALHOST.test(origin)
  const host = /^https?:\/\/([\w.-]+)(?::\d+)?$/.exec(origin)?.[1]
  return host !== undefined && pattern.startsWith('*.') && host.endsWith(pattern.slice(1)) && host.length >= pattern.length
}

export const cors = (options: EntrySettings): Step => {
  const text = (key: string, fallback: string): string => options.text(`cors.${key}`, options.text(key.replaceAll('.', '_'), fallback))
  const flag = (key: string): boolean => options.flag(`cors.${key}`, options.flag(key.replaceAll('.', '_'), false))
  const origins = listOf(text('allow.origins', '*'))
  const [methods, headers, exposed] = [text('allow.methods', METHODS), text('allow.headers', HEADERS), text('expose.headers', '')]
  const [credentials, privateNetwork] = [flag('allow.credentials'), flag('allow.private.network')]
  const maxAge = options.count('cors.max.age', options.count('max_age', MAX_AGE))

  const isAllowed = (origin: string): boolean => origins.some((pattern) => !(credentials && pattern === '*') && fits(pattern, origin))

  return (exchange: Exchange) => {
    const origin = exchange.header('origin')
    exchange.answer.addVary('Origin')
    if (origin === undefined || !isAllowed(origin)) return
    exchange.answer.setHeader('Access-Control-Allow-Origin', origin)
    if (credentials) exchange.answer.setHeader('Access-Control-Allow-Credentials', 'true')
    if (privateNetwork) exchange.answer.setHeader('Access-Control-Allow-Private-Network', 'true')
    if (exchange.method !== 'OPTIONS' || exchange.header('access-control-request-method') === undefined) {
      if (exposed !== '') exchange.answer.setHeader('Access-Control-Expose-Headers', exposed)
      return
    }
    exchange.answer.addVary('Access-Control-Request-Method, Access-Control-Request-Headers')
    exchange.answer.setHeader('Access-Control-Allow-Methods', methods)
    exchange.answer.setHeader('Access-Control-Allow-Headers', headers)
    exchange.answer.setHeader('Access-Control-Max-Age', String(maxAge))
    exchange.answer.empty(204)
  }
}
