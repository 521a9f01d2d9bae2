// Who a request is from, as text: an address and a port, or the address alone.

import { isIP } from 'node:net'

/** An IPv4 address that IPv6 carries, as what it is. */
const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '')

/** `127.0.0.1:80`, `[::1]:80`. */
export const remoteOf = (address: string, port: number): string => {
  const shown = plain(address)
  return shown.includes(':') ? `[${shown}]:${port}` : `${shown}:${port}`
}

/** The address of a remote. */
export const addressOf = (remote: string): string => {
  if (isIP(remote) !== 0) return plain(remote)
  return plain(remote.replace(/:\d+$/, '').replace(/^\[|\]$/g, ''))
}
