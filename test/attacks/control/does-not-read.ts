import type { ControlAttack } from '../control.ts'
import { Stranger } from '../control.ts'

const REQUESTS = 64
const ANSWER_BYTES = 1 << 20

export const attack: ControlAttack = {
  about: 'Requests whose answers are large, one after another, from somebody who reads none of them.',
  lay: async ({ app, path, client }) => {
    await app.put('app:large', { kind: 'registry.entry', data: 'x'.repeat(ANSWER_BYTES) })
    const before = process.memoryUsage().arrayBuffers
    const stranger = new Stranger(path, false)
    for (let asked = 0; asked < REQUESTS; asked++) {
      stranger.ask('registry.snapshot')
      await client.ask('ps')
    }
    const held = process.memoryUsage().arrayBuffers - before
    stranger.socket.destroy()
    await stranger.closed
    await app.drop('app:large')
    return held > (REQUESTS / 2) * ANSWER_BYTES ? [`${held} bytes wait for somebody who does not read`] : []
  },
}
