import { Client } from '../../../src/control/client.ts'
import type { ControlAttack } from '../control.ts'
import { Stranger } from '../control.ts'

const CONNECTIONS = 500

export const attack: ControlAttack = {
  about:
    'More connections than there may be, from elsewhere, that say nothing: whoever is in stays in, and others get in when the time of the silent is over.',
  lay: async ({ port, token, client, path }) => {
    const strangers = Array.from({ length: CONNECTIONS }, () => new Stranger(port))
    const wrongs: string[] = []
    if (!(await client.ask('ps'))) wrongs.push('who was in has no answer')
    await Promise.all(strangers.map(({ closed }) => closed))
    const other = await Client.connect({ host: '127.0.0.1', port, token })
    if (!(await other.ask('ps'))) wrongs.push('nobody gets in')
    other.close()
    const local = new Stranger(path)
    local.ask('ps')
    local.socket.end()
    await local.closed
    if (local.codes.join() !== 'answered') wrongs.push(`this machine's user was told ${local.codes}`)
    return wrongs
  },
}
