// Runs every *.test.ts below test/ in a Node process of its own, two at a time, and closes with the count of single tests.
// A file that does not end is ended, and has failed.
// A file whose servers are not installed is skipped, but where CI is set it fails.
// `npm test -- kernel lua` runs only the files whose path contains one of the words.

import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, relative } from 'node:path'
import { SKIPPED } from './support/needs.ts'

const root = join(import.meta.dirname, '..')
const words = process.argv.slice(2)
const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => relative(root, join(import.meta.dirname, name)))
  .filter((name) => words.length === 0 || words.some((word) => name.includes(word)))
  .sort()

const PATIENCE_MS = 180_000

type Outcome = { readonly total: number; readonly passed: number; readonly broken: boolean; readonly skipped?: boolean }

const runFile = (file: string): Promise<Outcome> =>
  new Promise((resolve) => {
    const started = performance.now()
    const child = spawn(process.execPath, ['--disable-proto=delete', file], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    let complaint = ''
    child.stdout.on('data', (chunk) => (output += chunk))
    child.stderr.on('data', (chunk) => {
      output += chunk
      complaint += chunk
    })
    const timer = setTimeout(() => {
      output += `\nended after ${PATIENCE_MS / 1000} s\n`
      child.kill('SIGKILL')
    }, PATIENCE_MS)
    child.on('close', (code) => {
      clearTimeout(timer)
      if (code === SKIPPED) {
        console.log(`skip ${file}: ${complaint.split('\n', 1)[0]}`)
        return resolve({ total: 0, passed: 0, broken: false, skipped: true })
      }
      const total = Number(/Total:\s+(\d+)/.exec(output)?.[1] ?? 0)
      const passed = Number(/Passed:\s+(\d+)/.exec(output)?.[1] ?? 0)
      const broken = code !== 0 || total === 0 || passed < total
      const seconds = ((performance.now() - started) / 1000).toFixed(1)
      console.log(`${broken ? 'FAIL' : 'ok  '} ${file} ${passed}/${total} ${seconds}s`)
      if (broken) console.log(output)
      resolve({ total, passed, broken })
    })
  })

let passed = 0
let failed = 0
let skipped = 0
const queue = [...files]
const lane = async () => {
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
    const outcome = await runFile(file)
    passed += outcome.passed
    if (outcome.skipped) skipped++
    failed += outcome.broken ? Math.max(1, outcome.total - outcome.passed) : 0
  }
}
await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, lane))
if (skipped > 0) console.log(`${skipped} of ${files.length} files skipped`)
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 || passed === 0 ? 1 : 0
