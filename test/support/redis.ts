// A Redis of a test's own, on a free port of 127.0.0.1, in memory only.

import { join } from 'node:path'
import { needProgram, type Program } from './needs.ts'
import { directoryFor, freePort, ServerProgram, userFor } from './server-program.ts'

const PASSWORD = 'secret-of-the-test'
const REDIS: Program = {
  name: 'Redis',
  debianPackage: 'redis-server',
  paths: [...(process.env.PATH ?? '').split(':'), '/usr/bin'].map((path) => join(path, 'redis-server')),
}

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

/** Starts one. `settings` are lines of redis.conf. Where Redis is not installed, as needProgram says. */
export const startRedis = async (settings: Readonly<Record<string, string | number>> = {}): Promise<RedisServer> => {
  const program = needProgram(REDIS)
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
