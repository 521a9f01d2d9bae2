// A PostgreSQL of a test's own: a fresh cluster on a free port of 127.0.0.1. Nothing of it needs to survive the machine, so it does not sync.

import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import pg from 'pg'
import { needProgram, type Program } from './needs.ts'
import { directoryFor, freePort, type ServerOptions, ServerProgram, userFor } from './server-program.ts'

const VERSIONS = '/usr/lib/postgresql' // where Debian keeps each version's programs
const PASSWORD = 'a secret of the test'

const versions = existsSync(VERSIONS) ? readdirSync(VERSIONS).sort((a, b) => Number(b) - Number(a)) : []

export const POSTGRES: Program = {
  name: 'PostgreSQL',
  debianPackage: 'postgresql',
  paths: [...versions.map((version) => join(VERSIONS, version, 'bin')), ...(process.env.PATH ?? '').split(':')].map((path) =>
    join(path, 'initdb'),
  ),
}

export type PostgresServer = {
  readonly host: string
  readonly port: number
  readonly database: string
  readonly username: string
  readonly password: string
  /** `postgres://…`, with the password. */
  readonly url: string
  /** Runs one statement on a connection of its own. */
  query(sql: string, values?: readonly unknown[]): Promise<readonly Readonly<Record<string, unknown>>[]>
  /** Ends it as a crash would. */
  kill(): void
  /** Ends it at once, without a checkpoint, and resolves when it has recovered and takes work again. */
  crash(): Promise<void>
  stop(): Promise<void>
}

/** Starts one. `settings` go to postgresql.conf. Where PostgreSQL is not installed, as needProgram says. */
export const startPostgres = async (settings: Readonly<Record<string, string | number>> = {}): Promise<PostgresServer> => {
  const bin = dirname(needProgram(POSTGRES))
  const user = userFor('postgres')
  const directory = directoryFor(user)
  const data = join(directory, 'data')
  const passwordFile = join(directory, 'password')
  writeFileSync(passwordFile, PASSWORD)
  const login = ['--username=wippy', '--auth=scram-sha-256', `--pwfile=${passwordFile}`]
  execFileSync(join(bin, 'initdb'), [`--pgdata=${data}`, '--encoding=UTF8', '--locale=C.UTF-8', '--no-sync', ...login], {
    cwd: directory,
    stdio: ['ignore', 'ignore', 'inherit'],
    ...user,
  })
  const port = await freePort()
  const address = { host: '127.0.0.1', port, database: 'postgres', username: 'wippy', password: PASSWORD }
  const query: PostgresServer['query'] = async (sql, values = []) => {
    const client = new pg.Client({ ...address, user: address.username })
    client.on('error', () => {}) // a server that is killed says so here as well
    await client.connect()
    try {
      return (await client.query(sql, [...values])).rows
    } finally {
      await client.end()
    }
  }
  const all = { port, listen_addresses: '127.0.0.1', unix_socket_directories: directory, fsync: 'off', ...settings }
  const options: ServerOptions = {
    program: join(bin, 'postgres'),
    args: ['-D', data, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    directory,
    port,
    user,
    stopSignal: 'QUIT',
    ready: () =>
      query('select 1').then(
        () => true,
        () => false,
      ),
  }
  let server = await ServerProgram.start(options)
  return {
    ...address,
    url: `postgres://wippy:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/postgres`,
    query,
    kill: () => server.kill(),
    crash: async () => {
      await server.stopKeeping()
      server = await ServerProgram.start(options)
    },
    stop: () => server.stop(),
  }
}
