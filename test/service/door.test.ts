import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Kind, WippyError } from '../../src/error.ts'
import { NOBODY } from '../../src/kernel/address.ts'
import { REPLY } from '../../src/kernel/frame.ts'
import { defaultLimits } from '../../src/kernel/host.ts'
import type { Process } from '../../src/kernel/process.ts'
import { encodeAll } from '../../src/msgpack.ts'
import { Door, type Guard } from '../../src/service/door.ts'
import type { Call, Caller, Operation } from '../../src/service/service.ts'
import { TestKernel } from '../support/test-kernel.ts'
import type { Signal } from '../support/ts-body.ts'

const test = suite('door')

/** A process that asks `x.op` of a service with this operation, and what came of it. */
const asking = (operation: Operation, guard: Guard = () => {}, tag = 5) => {
  const reported: string[] = []
  const door = new Door({ delivery: () => kernel.scheduler.delivery, guard, report: (error, op) => void reported.push(`${op}: ${error}`) })
  const kernel: TestKernel = new TestKernel({ answer: door.ask })
  door.add({ name: 'x', operations: { 'x.op': operation } })
  const heard: Signal[] = []
  const process: Process = kernel.spawn((inbox, out) => {
    heard.push(...inbox.filter(({ kind }) => kind === REPLY))
    if (process.steps === 0) out.ask('x.op', 'target', tag, encodeAll([1, 'two']))
    return undefined
  })
  kernel.run()
  const answers = () => heard.map(({ flag, tag, payload }) => ({ ok: flag === 1, tag, payload }))
  return { door, kernel, process, answers, reported }
}
const later = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
const text = (values: readonly unknown[]): string => new TextDecoder().decode(encodeAll(values))

test('an operation is given the call and the process that asks; its answer comes back under the tag', () => {
  const calls: Call[] = []
  const { answers, process } = asking((call) => {
    calls.push(call)
    return ['fine']
  })
  const [{ op, target, tag, args, caller }] = calls as [Call]
  assert.equal({ op, target, tag, args }, { op: 'x.op', target: 'target', tag: 5, args: [1, 'two'] })
  assert.equal([caller.pid, caller.entry, caller.host, caller.terminal], [process.pid, 'app:test', 'app:processes', null])
  assert.equal(answers(), [{ ok: true, tag: 5, payload: text(['fine']) }])
})

test('what a fleeting operation does not look at is not copied; for one that waits it is', async () => {
  const gate = Promise.withResolvers<void>()
  for (const isGated of [false, true]) {
    const door = new Door({ delivery: () => kernel.scheduler.delivery, guard: () => {}, report: () => {} })
    const kernel: TestKernel = new TestKernel({ answer: door.ask })
    if (isGated) door.diversion = { divert: () => false, keyOf: () => '', gate: () => gate.promise }
    const seen: { readonly lies: boolean; readonly args: readonly unknown[] }[] = []
    const note: Operation = ({ raw, args }) => {
      seen.push({ lies: raw.buffer === process.body.outbox.bytes.buffer, args })
      return []
    }
    door.add({ name: 'x', operations: { 'x.kept': note, 'x.fleeting': note }, fleeting: ['x.fleeting'] })
    const process: Process = kernel.spawn((_inbox, out) => {
      if (process.steps === 0) out.ask('x.kept', '', 0, encodeAll([1])).ask('x.fleeting', '', 0, encodeAll([2]))
      return undefined
    })
    kernel.run()
    gate.resolve()
    await later()
    assert.equal(seen, [
      { lies: false, args: [1] },
      { lies: !isGated, args: [2] },
    ])
  }
})

test('answers may come later, and may be bytes as they are', async () => {
  const { answers, kernel } = asking(async () => ({ ok: true, values: encodeAll(['bytes']) }))
  assert.equal(answers(), [])
  await later()
  kernel.run()
  assert.equal(answers(), [{ ok: true, tag: 5, payload: text(['bytes']) }])
})

test('what is not answered yet is bounded by the memory of who asks, and answers by what waits for it', async () => {
  const ends: (() => void)[] = []
  const operation: Operation = ({ raw }) => new Promise((resolve) => ends.push(() => resolve({ ok: true, values: raw })))
  const door = new Door({ delivery: () => kernel.scheduler.delivery, guard: () => {}, report: () => {} })
  const kernel: TestKernel = new TestKernel({ answer: door.ask })
  door.add({ name: 'x', operations: { 'x.op': operation } })
  const heard: string[] = []
  const large = encodeAll(['x'.repeat(40_000)])
  const limits = { ...defaultLimits, memoryBytes: 100_000 }
  const process: Process = kernel.spawn(
    (inbox, out) => {
      for (const { kind, flag, payload } of inbox)
        if (kind === REPLY) heard.push(flag === 1 ? 'ok' : (/[A-Z_]{3,}/.exec(payload)?.[0] ?? ''))
      if (process.steps === 0) for (let tag = 1; tag <= 3; tag++) out.ask('x.op', 'target', tag, large)
      return undefined
    },
    { limits },
  )
  kernel.run()
  assert.equal(heard, ['ASKS_TOO_MANY'])
  for (const end of ends) end()
  await later()
  process.mailbox.signal(REPLY, 1, 9, NOBODY, new Uint8Array(0), new Uint8Array(50_000))
  kernel.scheduler.delivery.reply(process, 10, true, large)
  kernel.scheduler.delivery.reply(process, 11, true, encodeAll(['small']))
  kernel.run()
  assert.equal(heard.slice(1), ['ok', 'ok', 'ok', 'REPLY_TOO_LARGE', 'ok'])
})

const no = new WippyError('NO', Kind.Invalid, 'no such luck')
for (const [name, operation] of Object.entries<Operation>({
  thrown: () => {
    throw no
  },
  rejected: async () => {
    throw no
  },
  returned: () => ({ ok: false, error: no }),
})) {
  test(`an error that is ${name} is a failed answer`, async () => {
    const { answers, kernel, reported } = asking(operation)
    await later()
    kernel.run()
    assert.equal(
      answers().map(({ ok }) => ok),
      [false],
    )
    assert.match(answers()[0]!.payload, /NO no such luck/)
    assert.equal(reported, [])
  })
}

for (const [name, operation] of Object.entries<Operation>({
  'throws what is no error of ours': () => {
    throw new TypeError('secret path')
  },
  'rejects with what is no error of ours': async () => {
    throw new TypeError('secret path')
  },
})) {
  test(`an operation that ${name} is reported, and the process hears nothing of it`, async () => {
    const { answers, kernel, reported } = asking(operation)
    await later()
    kernel.run()
    assert.match(answers()[0]!.payload, /INTERNAL x\.op failed within the runtime/)
    assert.equal(reported, ['x.op: TypeError: secret path'])
  })
}

for (const [when, operation] of Object.entries<Operation>({ 'at once': () => [() => {}], later: async () => [() => {}] })) {
  test(`an answer that cannot be said, given ${when}, is an error`, async () => {
    const { answers, kernel } = asking(operation)
    await later()
    kernel.run()
    assert.equal(
      answers().map(({ ok }) => ok),
      [false],
    )
    assert.match(answers()[0]!.payload, /MSGPACK_UNENCODABLE/)
  })
}

test('nothing is done that the guard refuses', () => {
  let done = 0
  const refuse: Guard = ({ op, target }) => {
    throw new WippyError('PERMISSION_DENIED', Kind.PermissionDenied, `${op} ${target}`)
  }
  const { answers } = asking(() => [++done], refuse)
  assert.is(done, 0)
  assert.match(answers()[0]!.payload, /PERMISSION_DENIED x\.op target/)
})

test('an operation nobody has is unavailable', () => {
  const kernel: TestKernel = new TestKernel({ answer: (ask) => door.ask(ask) })
  const door = new Door({ delivery: () => kernel.scheduler.delivery, guard: () => {}, report: () => {} })
  const process = kernel.once((_, out) => {
    out.ask('y.op', '', 1)
    return undefined
  })
  kernel.run()
  assert.match(process.heard[0]!.payload, /OPERATION_UNKNOWN this node has no operation y\.op/)
})

test('who asks without a tag is not answered, whatever happens', async () => {
  for (const operation of [() => ['x'], async () => ['x'], () => Promise.reject(no)]) {
    const { answers, kernel } = asking(operation, undefined, 0)
    await later()
    kernel.run()
    assert.equal(answers(), [])
  }
})

test('a process has one caller; what is freed at its end is freed once; an answer that comes too late is nobody’s', async () => {
  const { promise, resolve } = Promise.withResolvers<readonly unknown[]>()
  const callers = new Set<Caller>()
  let freed = 0
  const { door, kernel, process } = asking(({ caller }) => {
    callers.add(caller)
    caller.onEnd(() => freed++)
    return promise
  })
  callers.add(door.callerOf(process))
  assert.is(callers.size, 1)
  kernel.scheduler.terminate(process.pid)
  resolve(['late'])
  await later()
  assert.is(freed, 1)
  const [caller] = callers
  assert.is(caller!.push(5, ['late']), false)
  assert.equal(kernel.notes.broken_, [])
})

/** A process that asks `late.op` and then once more, of a module that is only offered. */
const asksLate = (load: (door: Door) => Promise<void>) => {
  const door: Door = new Door({ delivery: () => kernel.scheduler.delivery, guard: () => {}, report: () => {} })
  const kernel: TestKernel = new TestKernel({ answer: door.ask })
  door.offer('late', () => load(door))
  const heard: Signal[] = []
  const process: Process = kernel.spawn((inbox, out) => {
    heard.push(...inbox.filter(({ kind }) => kind === REPLY))
    if (process.steps === 0) for (const tag of [1, 2]) out.ask('late.op', 'target', tag, encodeAll([tag]))
    return undefined
  })
  kernel.run()
  const settle = async () => {
    await later()
    kernel.run()
    return heard.map(({ flag, tag, payload }) => ({ ok: flag === 1, tag, payload }))
  }
  return { door, kernel, process, settle }
}

test('asks of a module that comes late are answered in their order once it is there', async () => {
  const seen: unknown[] = []
  const { promise: there, resolve: come } = Promise.withResolvers<void>()
  const { door, settle } = asksLate(async (door) => {
    await there
    const operation: Operation = ({ args }) => {
      seen.push(args[0])
      return args
    }
    door.add({ name: 'late', operations: { 'late.op': operation } })
  })
  assert.equal(await settle(), [])
  assert.equal(door.modules, ['late'])
  come()
  const expected = [1, 2].map((tag) => ({ ok: true, tag, payload: text([tag]) }))
  assert.equal(await settle(), expected)
  assert.equal(seen, [1, 2])
})

test('a module that cannot be loaded fails the ask with the reason', async () => {
  const { settle } = asksLate(async () => {
    throw no
  })
  const answers = await settle()
  assert.equal(
    answers.map(({ ok, tag }) => [ok, tag]),
    [
      [false, 1],
      [false, 2],
    ],
  )
  assert.match(answers[0]!.payload, 'no such luck')
})

test('what a process asked before it ended is done all the same, and what is hung on its end is freed', async () => {
  const did: string[] = []
  const { promise: there, resolve: come } = Promise.withResolvers<void>()
  const { kernel, process, settle } = asksLate(async (door) => {
    await there
    const operation: Operation = ({ caller, tag }) => {
      did.push(`op ${tag}`)
      caller.onEnd(() => did.push(`freed ${tag}`))
      return []
    }
    door.add({ name: 'late', operations: { 'late.op': operation } })
  })
  kernel.scheduler.terminate(process.pid)
  come()
  assert.equal(await settle(), [])
  assert.equal(did, ['op 1', 'op 2', 'freed 1', 'freed 2'])
})

test.run()
