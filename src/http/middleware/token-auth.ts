// `token_auth`: who brings a valid token is its actor and may do what its scope says. Who brings none is nobody, whoever its server is: a
// firewall behind it turns them away, and a handler without one runs as the app's own code, which is how people log in.
//
//   token_auth.store, token_auth.header.name, token_auth.header.prefix, token_auth.query.param, token_auth.cookie.name

import { Kind, type WippyError } from '../../error.ts'
import { blame } from '../../registry/blame.ts'
import { type Entry, resolveId } from '../../registry/entry.ts'
import type { EntrySettings } from '../../service/settings.ts'
import type { Exchange } from '../exchange.ts'
import type { Step } from '../middleware.ts'
import type { Surroundings } from '../surroundings.ts'

const COMPLAINTS_MS = 10_000 // from one to the next

const cookieOf = (header: string | undefined, name: string): string => {
  for (const pair of header?.split(';') ?? []) {
    const [key, value = ''] = pair.trim().split(/=(.*)/s)
    if (key === name) return value.replace(/^"(.*)"$/, '$1')
  }
  return ''
}

export const tokenAuth = (options: EntrySettings, { tokens, warn, clock }: Surroundings, entry: Entry): Step => {
  const text = (key: string, fallback: string): string =>
    options.text(`token_auth.${key}`, options.text(key.replaceAll('.', '_'), fallback))
  const written = options.text('token_auth.store', options.text('token_store', ''))
  if (written === '') {
    const hint = 'Name a security.token_store under token_auth.store.'
    throw blame(entry, 'data.options', {
      code: 'ENTRY_FIELD',
      kind: Kind.Invalid,
      message: `"${entry.id}" has token_auth without a store`,
      hint,
    })
  }
  const store = resolveId(written, entry.ns)
  const header = text('header.name', 'Authorization')
  const prefix = text('header.prefix', 'Bearer ')
  const param = text('query.param', 'x-auth-token')
  const cookie = text('cookie.name', 'x-auth-token')

  const tokenOf = (exchange: Exchange): string => {
    const given = exchange.header(header) ?? ''
    if (given !== '' && given.startsWith(prefix)) return given.slice(prefix.length)
    return new URLSearchParams(exchange.query).get(param) || cookieOf(exchange.header('cookie'), cookie)
  }

  let complained = Number.NEGATIVE_INFINITY
  /** Now and then: each request would say the same. */
  const complain = (message: string): void => {
    if (clock.nowMs() - complained < COMPLAINTS_MS) return
    complained = clock.nowMs()
    warn(entry.id, message)
  }

  return async (exchange) => {
    const token = tokenOf(exchange)
    if (token === '') return
    try {
      const { actor, scope } = await tokens.need(store).validate(token)
      exchange.context = { ...exchange.context, actor, scope }
    } catch (error) {
      const { code, message } = error as WippyError
      if (code !== 'TOKEN_INVALID') complain(`the token store "${store}" cannot be asked: ${message}`)
    }
  }
}
