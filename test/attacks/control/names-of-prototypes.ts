import type { ControlAttack } from '../control.ts'
import { Stranger } from '../control.ts'

const NAMES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '../verb', 'verbs/ps', 'ps\0', '', 'x'.repeat(60_000)]

export const attack: ControlAttack = {
  about: 'Verbs, and processes, with the names of what every object has, and ways to other files.',
  lay: async ({ path, client }) => {
    const told = await Promise.all(
      NAMES.flatMap((name) => [
        [name, {}],
        ['inspect', { process: name }],
        ['inspect', JSON.parse(`{ "__proto__": { "process": "x" }, "process": ${JSON.stringify(name)} }`)],
      ]).map(async ([verb, args]) => {
        const stranger = new Stranger(path)
        stranger.ask(verb as string, '', args as Record<string, unknown>)
        stranger.socket.end()
        await stranger.closed
        return stranger.codes.join()
      }),
    )
    const odd = told.filter((code) => !['CONTROL_VERB', 'PROCESS_NOT_FOUND', 'CONTROL_ARGUMENT', 'CONTROL_MESSAGE'].includes(code))
    return [...odd.map((code) => `it was told ${code}`), ...((await client.ask('ps')) ? [] : ['the node does not answer'])]
  },
}
