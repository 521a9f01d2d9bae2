// Which addresses of machines a name stands for, and whether they may be reached.
//
//   A1 Every address that may be connected to was looked at; the connection goes to those and no others, whatever the name means by then.
//   A2 What is no address of the public internet needs `http_client.private_ip`, each by itself.

import { lookup as resolve } from 'node:dns/promises'
import { BlockList, isIP } from 'node:net'
import { Kind, WippyError } from '../../error.ts'

export type Target = { readonly address: string; readonly family: 4 | 6 }

/** Finds the addresses of a name. */
export type Lookup = (host: string) => Promise<readonly Target[]>

const PRIVATE = `0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24
  192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4
  ::/96 64:ff9b::/96 64:ff9b:1::/48 100::/64 2001::/23 2001:db8::/32 2002::/16 3fff::/20 fc00::/7 fe80::/10 fec0::/10 ff00::/8`

const privates = new BlockList()
for (const subnet of PRIVATE.trim().split(/\s+/)) {
  const [address = '', bits] = subnet.split('/')
  privates.addSubnet(address, Number(bits), isIP(address) === 6 ? 'ipv6' : 'ipv4')
}

/** Whether an address is of this machine, of its surroundings, or of no machine on the internet. IPv4 within IPv6 counts as what it is. */
export const isPrivate = (address: string): boolean => {
  const family = isIP(address)
  return family === 0 || privates.check(address, family === 6 ? 'ipv6' : 'ipv4')
}

/** Asks the system, as any program does. */
export const systemLookup: Lookup = async (host) => (await resolve(host, { all: true })) as Target[]

const unknown = (host: string, cause: unknown): WippyError =>
  new WippyError('HTTP_HOST_UNKNOWN', Kind.Internal, `no address is known for "${host}"`, { retryable: true, cause })

/** The addresses of a host; `demand` is called with each private one, and throws when it may not be reached. Throws HTTP_HOST_UNKNOWN. */
export const reach = async (host: string, lookup: Lookup, demand: (address: string) => void): Promise<readonly Target[]> => {
  const bare = host.replace(/^\[|\]$/g, '')
  const family = isIP(bare)
  const found =
    family === 0 ? await lookup(bare).catch((cause) => Promise.reject(unknown(bare, cause))) : [{ address: bare, family } as Target]
  if (found.length === 0) throw unknown(bare, null)
  for (const { address } of found) if (isPrivate(address)) demand(address)
  return found
}
