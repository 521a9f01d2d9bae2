import { Client } from '../../../src/control/client.ts'
import type { ControlAttack } from '../control.ts'
import { Stranger } from '../control.ts'

const GUESSES = 200

export const attack: ControlAttack = {
  about: 'Guesses of the token, many on one connection: one is answered, and that was it.',
  lay: async ({ port, token }) => {
    const stranger = new Stranger(port)
    for (let guess = 0; guess < GUESSES; guess++) stranger.ask('ps', `${token.slice(0, -1)}${guess}`)
    stranger.ask('ps', token)
    await stranger.closed
    const client = await Client.connect({ host: '127.0.0.1', port, token })
    const isIn = (await client.ask('ps')) !== undefined
    client.close()
    const told = stranger.codes.join()
    return [...(isIn ? [] : ['who knows the token is kept out']), ...(told === 'CONTROL_DENIED' ? [] : [`it was told ${told}`])]
  },
}
