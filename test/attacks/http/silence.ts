import { type HttpAttack, Raw } from '../http.ts'

const CONNECTIONS = 200

export const attack: HttpAttack = {
  about: 'Connections on which nothing is said.',
  lay: async ({ port }) => {
    const raws = Array.from({ length: CONNECTIONS }, () => new Raw(port))
    await Promise.all(raws.map(({ closed }) => closed))
    return []
  },
}
