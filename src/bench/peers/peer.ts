// A contender as a program of its own: it reads `task argument…` line by line and answers each with one line of JSON, or `!` and why not.
//
// Every contender is one, ours too: none shares a heap or a compiler's opinion with another, and all are started and asked alike.

import { type ChildProcess, spawn } from 'node:child_process'
import { basename } from 'node:path'
import { createInterface } from 'node:readline'
import { peerFile } from '../data.ts'

const PATIENCE_MS = 120_000
const KEPT = 2000 // characters of what it complained

type Waiting = { resolve(answer: unknown): void; reject(error: Error): void }

export class Peer {
  readonly #child: ChildProcess
  readonly #command: string
  #waiting: Waiting | null = null
  #complaint = ''
  #over: string | null = null

  constructor(command: string, args: readonly string[]) {
    this.#command = command
    this.#child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] })
    this.#child.on('error', (error) => this.#end(error.message))
    this.#child.on('close', (code, signal) => this.#end(`ended with ${signal ?? code}`))
    this.#child.stderr!.on('data', (text) => {
      this.#complaint = (this.#complaint + text).slice(-KEPT)
    })
    this.#child.stdin!.on('error', () => {})
    createInterface({ input: this.#child.stdout! }).on('line', (line) => this.#hear(line))
  }

  /** A peer of ours: one of the files beside this one. */
  static node(file: string, args: readonly string[] = [], flags: readonly string[] = []): Peer {
    return new Peer(process.execPath, [...flags, peerFile(file), ...args])
  }

  /** Gives it a task; resolves with its answer. One at a time. */
  ask(task: string, ...args: readonly (string | number)[]): Promise<unknown> {
    if (this.#over !== null) return Promise.reject(new Error(this.#over))
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    const timer = setTimeout(() => {
      this.#child.kill('SIGKILL')
      reject(new Error(`${this.#command} gave no answer to ${task}`))
    }, PATIENCE_MS)
    this.#waiting = { resolve, reject }
    this.#child.stdin!.write(`${[task, ...args].join(' ')}\n`)
    return promise.finally(() => clearTimeout(timer))
  }

  /** As `ask`, for tasks that answer with a number. */
  async time(task: string, ...args: readonly (string | number)[]): Promise<number> {
    const answer = await this.ask(task, ...args)
    if (typeof answer !== 'number') throw new Error(`${this.#command} answered ${task} with ${JSON.stringify(answer)}`)
    return answer
  }

  close(): void {
    this.#child.kill('SIGKILL')
  }

  #hear(line: string): void {
    const waiting = this.#waiting
    this.#waiting = null
    if (line.startsWith('!')) waiting?.reject(new Error(line.slice(1)))
    else waiting?.resolve(JSON.parse(line))
  }

  #end(how: string): void {
    const [said] = this.#complaint.match(/^.*(?:Error|error).*$/m) ?? this.#complaint.split('\n')
    this.#over = `${basename(this.#command)} ${how}${said ? `: ${said}` : ''}`
    this.#waiting?.reject(new Error(this.#over))
    this.#waiting = null
  }
}
