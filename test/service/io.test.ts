// Standard input and output of a process, over streams made by hand.

import { PassThrough, Writable } from 'node:stream'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ioService, processTerminal } from '../../src/service/io.ts'
import { ask, fakeCaller, values } from '../support/caller.ts'
import { guest } from '../support/guest.ts'
import { refusal } from '../support/refusal.ts'

const test = suite('io')

/** A stream that keeps what it is given, and takes it only while it is open. */
const sink = () => {
  const chunks: Buffer[] = []
  const held: (() => void)[] = []
  const state = { held: false }
  const stream = new Writable({
    highWaterMark: 1,
    write(chunk: Buffer, _, done) {
      chunks.push(chunk)
      if (state.held) held.push(done)
      else done()
    },
  })
  return {
    stream,
    hold: () => {
      state.held = true
    },
    release: () => {
      state.held = false
      for (const done of held.splice(0)) done()
    },
    text: () => Buffer.concat(chunks).toString(),
  }
}

const opened = (args: readonly string[] = []) => {
  const stdin = new PassThrough()
  const [out, err] = [sink(), sink()]
  return { stdin, out, err, terminal: processTerminal({ stdin, stdout: out.stream, stderr: err.stream }, args) }
}
const text = (bytes: Uint8Array | null) => bytes && Buffer.from(bytes).toString()

test('lines come without their newline, the last one also without one; then the end', async () => {
  const { stdin, terminal } = opened()
  const lines = [terminal.readLine(), terminal.readLine(), terminal.readLine(), terminal.readLine(), terminal.readLine()]
  stdin.write('one\ntw')
  stdin.write('o\r\n\nlast')
  stdin.end()
  assert.equal(await Promise.all(lines), ['one', 'two', '', 'last', null])
  assert.is(await terminal.readLine(), null)
  assert.is(await terminal.read(10), null)
})

test('read and readLine take from one buffer and lose nothing', async () => {
  const { stdin, terminal } = opened()
  stdin.write('abcdef\nghi\njk')
  assert.is(text(await terminal.read(3)), 'abc')
  assert.is(await terminal.readLine(), 'def')
  assert.is(text(await terminal.read(100)), 'ghi\njk')
  const next = terminal.readLine()
  stdin.end('l\n')
  assert.is(await next, 'l')
})

test('characters split between chunks stay whole', async () => {
  const { stdin, terminal } = opened()
  const line = terminal.readLine()
  const bytes = Buffer.from('日本\n')
  stdin.write(bytes.subarray(0, 2))
  stdin.end(bytes.subarray(2))
  assert.is(await line, '日本')
})

test('a line without end is handed out in parts', async () => {
  const { stdin, terminal } = opened()
  stdin.end(Buffer.alloc(1_048_576 + 3, 'x'))
  assert.is((await terminal.readLine())!.length, 1_048_576)
  assert.is(await terminal.readLine(), 'xxx')
})

test('input is only taken while somebody waits', async () => {
  const { stdin, terminal } = opened()
  assert.is(stdin.listenerCount('data'), 0)
  const line = terminal.readLine()
  stdin.write('a\nb\n')
  await line
  assert.is(stdin.isPaused(), true)
  assert.is(await terminal.readLine(), 'b')
})

test('an input that broke or was over before is at its end', async () => {
  const broken = opened()
  const line = broken.terminal.readLine()
  broken.stdin.destroy(new Error('gone'))
  assert.is(await line, null)
  const over = opened()
  over.stdin.destroy()
  assert.is(await over.terminal.readLine(), null)
})

test('flush is done when the output has left', async () => {
  const { out, terminal } = opened()
  out.hold()
  terminal.write('a')
  terminal.write('b')
  let flushed = false
  const flush = terminal.flush().then(() => {
    flushed = true
  })
  await Promise.resolve()
  assert.is(flushed, false)
  out.release()
  await flush
  assert.is(out.text(), 'ab')
})

test('output that nobody takes is dropped beyond 64 MiB, and the error output says so', async () => {
  const { out, err, terminal } = opened()
  out.hold()
  const block = new Uint8Array(16 * 1_048_576)
  for (let i = 0; i < 5; i++) terminal.write(block)
  terminal.write(block)
  out.release()
  await terminal.flush()
  assert.is(out.text().length, 64 * 1_048_576)
  assert.is(err.text(), `[${32 * 1_048_576} bytes of output dropped: nobody read them in time]\n`)
})

test('a reader that went away is no error', async () => {
  const { out, terminal } = opened()
  out.stream.destroy(new Error('EPIPE'))
  terminal.write('x')
  await terminal.flush()
})

test('raw mode needs a keyboard, is counted, and ends with the process', async () => {
  assert.is(await refusal(() => opened().terminal.raw(true)), 'Unavailable IO_NO_RAW')
  const modes: boolean[] = []
  const keyboard = Object.assign(new PassThrough(), { isTTY: true, setRawMode: (on: boolean) => modes.push(on) })
  const terminal = processTerminal({ stdin: keyboard, stdout: sink().stream, stderr: sink().stream }, [])
  const service = ioService()
  const caller = fakeCaller({ terminal })
  ask(service, caller, 'io.raw', '', [false])
  ask(service, caller, 'io.raw', '', [true])
  ask(service, caller, 'io.raw', '', [true])
  ask(service, caller, 'io.raw', '', [false])
  caller.end()
  assert.equal(modes, [true, true, true, false])
})

test('without a terminal everything is Unavailable and writes go nowhere', async () => {
  const service = ioService()
  for (const op of ['io.open', 'io.read', 'io.readline', 'io.flush', 'io.raw'])
    assert.is(await refusal(() => ask(service, fakeCaller(), op)), 'Unavailable IO_NO_TERMINAL')
  assert.equal(ask(service, fakeCaller(), 'io.write', '', ['x'], 0), [])
})

test('the end of the input is an error named EOF', async () => {
  const { stdin, terminal } = opened()
  stdin.end('ab')
  const service = ioService()
  const caller = fakeCaller({ terminal })
  const [bytes] = await values(ask(service, caller, 'io.read', '', [-5]))
  assert.is(text(bytes as Uint8Array), 'ab')
  assert.is(await refusal(() => ask(service, caller, 'io.readline')), ' IO_END')
})

test('in Lua: write, print, eprint, args, readline, read', async () => {
  const { stdin, out, err, terminal } = opened(['one', '--two'])
  const { run } = await guest([ioService()], fakeCaller({ terminal }))
  stdin.end('a line\nrest')
  const result = await run(`
    local io = require('io')
    io.write('a', 1, true)
    io.print('x', nil, 2.5)
    io.eprint('oops', errors.new('broken'))
    assert(io.flush() == true)
    local args = io.args()
    args[1] = 'changed'
    local line, bytes = io.readline(), io.read(100)
    local none, eof = io.readline()
    return line .. bytes .. tostring(none) .. tostring(eof) .. io.args()[1] .. #io.args()
  `)
  assert.is(result, 'a linerestnilEOFone2')
  assert.is(out.text(), 'a1truex\tnil\t2.5\n')
  assert.is(err.text(), 'oops\tbroken\n')
})

test('in Lua a writer waits for its reader after every 256 KiB', async () => {
  const { terminal } = opened()
  const { run, asked } = await guest([ioService()], fakeCaller({ terminal }))
  await run(`local io = require('io') for i = 1, 10 do assert(io.write(('x'):rep(100000))) end`)
  assert.is(asked.filter((one) => one === 'io.flush').length, 3)
})

test('in Lua outside a terminal functions return nil and an error, args is empty', async () => {
  const { run } = await guest([ioService()])
  const result = await run(`
    local io = require('io')
    local ok, err = io.print('x')
    local _, err2 = io.readline()
    return tostring(ok) .. err:kind() .. err2:kind() .. #io.args()
  `)
  assert.is(result, 'nilUnavailableUnavailable0')
})

test.run()
