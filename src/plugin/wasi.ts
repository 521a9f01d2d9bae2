// The world as a plugin sees it: WASI 0.2 over what was granted and nothing else. Runs in the plugin's worker.

import { randomBytes } from 'node:crypto'
import type { Grants } from './grant.ts'
import { OpenFiles } from './open-files.ts'
import { bytesRead, type Charge } from './price.ts'
import { fileInterfaces } from './wasi-files.ts'
import { InputStream, IoError, OutputStream, Pollable, poll } from './wasi-streams.ts'

/** The plugin wanted to end; its instance is of no use any more. */
export class PluginExit extends Error {}

const MOST_RANDOM = 1 << 20 // bytes

class TerminalInput {}
class TerminalOutput {}

const denied = (what: string) => (): never => {
  throw new Error(`${what} was not granted`)
}

/** As many as were asked for: who gets fewer may take what lies behind them for random. */
const chance = (length: bigint): number => {
  if (length <= MOST_RANDOM) return Number(length)
  throw new Error(`at most ${MOST_RANDOM} random bytes are given at once`)
}

export type WasiOptions = {
  readonly grants: Grants
  /** The values of the environment variables that were granted. */
  readonly env: Readonly<Record<string, string>>
  /** Takes what the plugin prints. */
  readonly print: (bytes: Uint8Array) => void
  /** Counts and closes what it opens; its own when not given. */
  readonly files?: OpenFiles
  /** Takes fuel for what is done; nobody, when not given. */
  readonly charge?: Charge
}

/** The interfaces by name, without versions: what the glue's `instantiate` takes as imports. */
export const wasi = ({
  grants,
  env,
  print,
  files = new OpenFiles(),
  charge = () => {},
}: WasiOptions): Readonly<Record<string, unknown>> => {
  const now = grants.clock ? () => process.hrtime.bigint() : () => 0n
  const after = (ns: bigint): Pollable => (grants.clock ? new Pollable(now() + ns, now) : new Pollable())
  const wall = (): { seconds: bigint; nanoseconds: number } => {
    const ms = grants.clock ? Date.now() : 0
    return { seconds: BigInt(Math.floor(ms / 1000)), nanoseconds: (ms % 1000) * 1e6 }
  }
  const bytes = grants.random
    ? (length: bigint) => {
        const most = chance(length)
        charge(bytesRead(most))
        return new Uint8Array(randomBytes(most))
      }
    : denied('random')
  const u64 = grants.random ? () => randomBytes(8).readBigUInt64LE() : denied('random')
  const out = (): OutputStream =>
    new OutputStream((bytes) => {
      charge(bytesRead(bytes.length))
      print(bytes)
    })
  return {
    'wasi:cli/environment': { getEnvironment: () => Object.entries(env), getArguments: () => [], initialCwd: () => undefined },
    'wasi:cli/exit': {
      exit: () => {
        throw new PluginExit('it ended itself')
      },
    },
    'wasi:cli/stdin': { getStdin: () => new InputStream(() => null) },
    'wasi:cli/stdout': { getStdout: out },
    'wasi:cli/stderr': { getStderr: out },
    'wasi:cli/terminal-input': { TerminalInput },
    'wasi:cli/terminal-output': { TerminalOutput },
    'wasi:cli/terminal-stdin': { getTerminalStdin: () => undefined },
    'wasi:cli/terminal-stdout': { getTerminalStdout: () => undefined },
    'wasi:cli/terminal-stderr': { getTerminalStderr: () => undefined },
    'wasi:io/error': { Error: IoError },
    'wasi:io/poll': { Pollable, poll },
    'wasi:io/streams': { InputStream, OutputStream },
    'wasi:clocks/monotonic-clock': {
      now,
      resolution: () => 1n,
      subscribeInstant: (at: bigint) => (grants.clock ? new Pollable(at, now) : new Pollable()),
      subscribeDuration: after,
    },
    'wasi:clocks/wall-clock': { now: wall, resolution: () => ({ seconds: 0n, nanoseconds: 1 }) },
    'wasi:random/random': { getRandomBytes: bytes, getRandomU64: u64 },
    'wasi:random/insecure': { getInsecureRandomBytes: bytes, getInsecureRandomU64: u64 },
    'wasi:random/insecure-seed': { insecureSeed: () => (grants.random ? [u64(), u64()] : [0n, 0n]) },
    ...fileInterfaces(grants.mounts, files, charge),
  }
}

/** Interfaces that nobody offers: whatever of them is called traps. */
export const absent = (names: readonly string[]): Readonly<Record<string, unknown>> =>
  Object.fromEntries(names.map((name) => [name, new Proxy({}, { get: (_, key) => denied(`${name}#${String(key)}`) })]))
