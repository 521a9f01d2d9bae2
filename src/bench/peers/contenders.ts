// Who takes part: our peers and those of what is installed here. What is missing is said once and left out.

import { execFileSync } from 'node:child_process'
import { dataFile, programFile } from '../data.ts'
import { type Scratch, scratchFolder } from '../scratch.ts'
import { Peer } from './peer.ts'

const answers = (command: string, args: readonly string[]): string | null => {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return null
  }
}

/** What all contenders of a benchmark have in common: they are ended together, and what was missing is known. */
export class Contenders {
  readonly missing: string[] = []
  readonly #peers: Peer[] = []
  #beams: Scratch | null = null

  /** `build`: a folder with another build of the VM. */
  wippy(...build: readonly [string?]): Peer {
    return this.#add(
      Peer.node(
        'wippy',
        build.filter((folder) => folder !== undefined),
      ),
    )
  }

  /** The same in a whole node: `node`, or another app of bench/apps. */
  node(app = 'node'): Peer {
    return this.#add(Peer.node('node', [app]))
  }

  /** Null when wasmoon is not installed beside wippy. */
  stock(): Peer | null {
    return this.#installed('wasmoon', 'stock')
  }

  threads(): Peer {
    return this.#add(Peer.node('threads'))
  }

  contexts(): Peer {
    return this.#add(Peer.node('contexts'))
  }

  /** No isolation: functions and objects. */
  plain(): Peer {
    return this.#add(Peer.node('plain'))
  }

  children(): Peer {
    return this.#add(Peer.node('children'))
  }

  /** Null when quickjs-emscripten is not installed beside wippy. */
  quickjs(): Peer | null {
    return this.#installed('quickjs-emscripten', 'quickjs')
  }

  /** Null when isolated-vm is not installed beside wippy. */
  isolates(): Peer | null {
    return this.#installed('isolated-vm', 'isolates', ['--no-node-snapshot'])
  }

  /** Null when this machine has no Lua 5.4. */
  native(): Peer | null {
    const command = ['lua5.4', 'lua'].find((name) => answers(name, ['-e', 'print(_VERSION)']) === 'Lua 5.4')
    if (command !== undefined) return this.#add(new Peer(command, [programFile('native.lua'), dataFile('programs')]))
    this.missing.push('native Lua 5.4 (lua5.4)')
    return null
  }

  /** One scheduler, as we have one thread. Null when this machine has no Erlang. */
  erlang(): Peer | null {
    if (this.#beams === null) {
      const folder = scratchFolder()
      const compiled = answers('erlc', ['-o', folder.path, programFile('bench_erlang.erl')])
      if (compiled === null) {
        folder.remove()
        this.missing.push('Erlang (erl, erlc)')
        return null
      }
      this.#beams = folder
    }
    const flags = ['+S', '1:1', '+P', '1000000', '-noshell', '-pa', this.#beams.path, '-s', 'bench_erlang', 'main']
    return this.#add(new Peer('erl', flags))
  }

  /** Ends all of them. */
  close(): void {
    for (const peer of this.#peers) peer.close()
    this.#beams?.remove()
  }

  #installed(name: string, file: string, flags: readonly string[] = []): Peer | null {
    try {
      import.meta.resolve(name)
    } catch {
      this.missing.push(name)
      return null
    }
    return this.#add(Peer.node(file, [], flags))
  }

  #add(peer: Peer): Peer {
    this.#peers.push(peer)
    return peer
  }
}
