// `real_ip`: who a request is from when a proxy brings it: True-Client-IP, X-Real-IP, or X-Forwarded-For. Believed only from proxies in
// `real_ip.trusted.subnets` (by default the private ones), or from everybody with `real_ip.trust_all`.
//
// Each proxy writes behind X-Forwarded-For who came to it, and leaves what was there: the last that is no proxy's is who came to them all, and
// what stands before it is what that one says of itself. Only where all are trusted the first counts.

import { BlockList, isIP } from 'node:net'
import type { EntrySettings } from '../../service/settings.ts'
import type { Step } from '../middleware.ts'
import { addressOf } from '../remote.ts'

const PRIVATE = '10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,127.0.0.0/8,::1/128,fc00::/7'

const familyOf = (address: string): 'ipv4' | 'ipv6' => (isIP(address) === 6 ? 'ipv6' : 'ipv4')

const subnetsIn = (options: EntrySettings, text: string): BlockList => {
  const list = new BlockList()
  for (const subnet of text.split(',').map((part) => part.trim())) {
    const [address = '', bits = ''] = subnet.split('/')
    const most = isIP(address) === 6 ? 128 : 32
    if (isIP(address) === 0 || !/^\d{1,3}$/.test(bits) || Number(bits) > most) {
      throw options.refuse('real_ip.trusted.subnets', 'is no list of subnets', 'For example "10.0.0.0/8, fc00::/7".')
    }
    list.addSubnet(address, Number(bits), familyOf(address))
  }
  return list
}

export const realIp = (options: EntrySettings): Step => {
  const trusted = subnetsIn(options, options.text('real_ip.trusted.subnets', options.text('trusted_subnets', PRIVATE)))
  const trustsAll = options.flag('real_ip.trust_all', false)
  const isTrusted = (address: string): boolean => trustsAll || (isIP(address) !== 0 && trusted.check(address, familyOf(address)))
  const forwarded = (list: string): string => {
    const addresses = list.split(',').map((part) => part.trim())
    return addresses.findLast((address) => !isTrusted(address)) ?? addresses[0]!
  }
  return (exchange) => {
    if (!isTrusted(addressOf(exchange.remote))) return
    const told = exchange.header('true-client-ip') ?? exchange.header('x-real-ip')
    const address = told?.trim() ?? forwarded(exchange.header('x-forwarded-for') ?? '')
    if (isIP(address) !== 0) exchange.remote = address
  }
}
