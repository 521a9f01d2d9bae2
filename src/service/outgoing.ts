// What a process wants from the network, as policies see it.

import { Kind, WippyError } from '../error.ts'
import { isFields } from '../registry/entry.ts'

const LONGEST = 16 * 1024

const invalid = (message: string): WippyError => new WippyError('URL_INVALID', Kind.Invalid, message, { retryable: false })

/** An address to send a request to, read as who connects reads it: what policies are asked is what is done. Throws URL_INVALID. */
export const outgoingUrl = (text: string): URL => {
  const url = text.length <= LONGEST && URL.canParse(text) ? new URL(text) : null
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') throw invalid('this is no address that begins with http:// or https://')
  if (url.username !== '' || url.password !== '') throw invalid('an address holds no user and password: give them under auth')
  url.hash = ''
  return url
}

/** The address of a WebSocket, as that of the request it begins with. Throws URL_INVALID. */
export const webSocketUrl = (text: string): URL => outgoingUrl(text.replace(/^ws(?=s?:)/i, 'http'))

/** What a request needs beside its address, by its options: [action, resource]. */
export const outgoingNeeds = (url: URL, options: unknown): readonly (readonly [action: string, resource: string])[] => {
  const needs: [string, string][] = [['http_client.request', url.href]]
  if (!isFields(options)) return needs
  const { unix_socket: socket, overlay_network: network, tls } = options
  if (typeof socket === 'string') needs.push(['http_client.unix_socket', socket])
  if (typeof network === 'string') needs.push(['network.select', network])
  if (isFields(tls) && tls.insecure_skip_verify === true) needs.push(['http_client.insecure_tls', url.href])
  return needs
}
