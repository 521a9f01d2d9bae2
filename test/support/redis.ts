// A Redis of a test's own, on a free port of 127.0.0.1, in memory only.

import { join } from 'node:path'
import { directoryFor, findProgram, freePort, ServerProgram, userFor } from './server-program.ts'

const PASSWORD = 'secret-of-the-test'

export type RedisServer = {
  readonly host: string
  readonly port: number
  readonly password: string
  /** `redis://…`, with the password. */
  readonly url: string
  /** Ends it as a crash would. */
  kill(): void
  stop(): Promise<void>
}

/** Starts one. `settings` are lines of redis.conf. Rejects, naming the Debian package, when Redis is not installed. */
export const startRedis = async (settings: Readonly<Record<string, string | number>> = {}): Promise<RedisServer> => {
  const paths = [...(process.env.PATH ?? '').split(':'), '/usr/bin'].map((path) => join(path, 'redis-server'))
  const program = findProgram('Redis', 'redis-server', paths)
  const user = userFor('redis')
  const directory = directoryFor(user)
  const port = Number(settings.port ?? (await freePort()))
  const all = { port, bind: '127.0.0.1', dir: directory, requirepass: PASSWORD, appendonly: 'no', ...settings }
  const args = Object.entries(all).flatMap(([name, value]) => [`--${name}`, String(value)])
  const ready = async () => true // it listens when it is ready
  const server = await ServerProgram.start({
    program,
    args: [...args, '--save', ''],
    directory,
    port,
    user,
    stopSignal: 'TERM',
    ready,
  })
  return {
    host: '127.0.0.1',
    port,
    password: PASSWORD,
    url: `redis://:${PASSWORD}@127.0.0.1:${port}`,
    kill: () => server.kill(),
    stop: () => server.stop(),
  }
}
