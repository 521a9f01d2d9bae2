// A MariaDB of a test's own, as postgres.ts starts PostgreSQL.

import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import mysql from 'mysql2'
import { needProgram, type Program } from './needs.ts'
import { directoryFor, freePort, ServerProgram, userFor } from './server-program.ts'

const PASSWORD = 'a secret of the test'
const mariadb = (...names: readonly string[]): Program => ({
  name: 'MariaDB',
  debianPackage: 'mariadb-server',
  paths: names.flatMap((name) => ['/usr/sbin', '/usr/bin', ...(process.env.PATH ?? '').split(':')].map((folder) => join(folder, name))),
})

export type MysqlServer = {
  readonly host: string
  readonly port: number
  readonly database: string
  readonly username: string
  readonly password: string
  /** Runs one statement on a connection of its own. */
  query(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>
  /** Ends it as a crash would. */
  kill(): void
  stop(): Promise<void>
}

/** Starts one. Where MariaDB is not installed, as needProgram says. */
export const startMysql = async (): Promise<MysqlServer> => {
  const program = needProgram(mariadb('mariadbd', 'mysqld'))
  const install = needProgram(mariadb('mariadb-install-db', 'mysql_install_db'))
  const user = userFor('mysql')
  const directory = directoryFor(user)
  const data = join(directory, 'data')
  const init = join(directory, 'init.sql')
  writeFileSync(
    init,
    `CREATE DATABASE IF NOT EXISTS test;\nCREATE USER 'wippy'@'%' IDENTIFIED BY '${PASSWORD}';\nGRANT ALL ON *.* TO 'wippy'@'%';\n`,
  )
  execFileSync(install, ['--no-defaults', `--datadir=${data}`, '--auth-root-authentication-method=normal', '--skip-test-db'], {
    cwd: directory,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, TMPDIR: directory }, // a server that starts takes away what others have in theirs
    ...user,
  })
  if (!existsSync(data)) mkdirSync(data)
  const port = await freePort()
  const address = { host: '127.0.0.1', port, database: 'test', username: 'wippy', password: PASSWORD }
  const query: MysqlServer['query'] = (sql) =>
    new Promise((resolve, reject) => {
      const client = mysql.createConnection({
        host: address.host,
        port,
        user: address.username,
        password: PASSWORD,
        database: address.database,
      })
      client.on('error', () => {}) // a server that is killed says so here as well
      client.query(sql, (error, rows) => {
        client.destroy()
        if (error) reject(error)
        else resolve(rows as Readonly<Record<string, unknown>>[])
      })
    })
  const server = await ServerProgram.start({
    program,
    args: [
      ...['--no-defaults', `--datadir=${data}`, `--init-file=${init}`, `--port=${port}`, '--bind-address=127.0.0.1'],
      ...[`--tmpdir=${directory}`, `--socket=${join(directory, 's')}`, `--pid-file=${join(directory, 'pid')}`],
      '--innodb-flush-log-at-trx-commit=0',
      ...['--innodb-buffer-pool-size=16M', '--skip-log-bin', '--character-set-server=utf8mb4'],
    ],
    directory,
    port,
    user,
    stopSignal: 'TERM',
    ready: () =>
      query('select 1').then(
        () => true,
        () => false,
      ),
  })
  return { ...address, query, kill: () => server.kill(), stop: () => server.stop() }
}
