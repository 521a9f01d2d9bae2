// Who a request is from, as text: an address and a port, or the address alone.

import { isIP } from 'node:net'

/** An IPv4 address that IPv6 carries, as what it is. */
const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '')

/** `127.0.0.1:80`, `[::1]:80`. */
export const remoteOf = (address: string, port: number): string => {
  const shown = plain(address)
  return shown.includes(':') ? `[${shown}]:${port}` : `${shown}:${port}`
}

/** The network that an address is of, for who counts clients: of IPv6 a household has 64 bits to choose from. */
export const networkOf = (address: string): string => {
  if (isIP(address) !== 6) return address
  const [head = '', tail = ''] = address.replace(/%.*$/, '').split('::')
  const [first, last] = [head, tail].map((half) => (half === '' ? [] : half.split(':')))
  const groups = address.includes('::') ? [...first!, ...Array(Math.max(0, 8 - first!.length - last!.length)).fill('0'), ...last!] : first!
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`
}

/** The address of a remote. */
export const addressOf = (remote: string): string => {
  if (isIP(remote) !== 0) return plain(remote)
  return plain(remote.replace(/:\d+$/, '').replace(/^\[|\]$/g, ''))
}
