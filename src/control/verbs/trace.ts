// What a process does from now on, step by step, until it ends or nobody listens any more.
//
//   T1 Bounded: of a process that does more than MOST things a second, or of a listener that is too slow, the rest is counted and lost.
//   T2 What is looked at is copied before the step is released; the process is not held up by whoever listens.

import { singly } from '../../kernel/bundle.ts'
import type { Frames } from '../../kernel/frame.ts'
import type { Traced } from '../../kernel/trace.ts'
import { matches } from '../../registry/glob.ts'
import { seenFrame } from '../frame-view.ts'
import { TRACED } from '../protocol.ts'
import { processOf, textOf, textsOf, untilOver, type Verb } from '../verb.ts'

const MOST = 2_000 // things of a second
const SECOND_MS = 1_000

export const verb: Verb = async ({ node, args, send, gone }) => {
  const { pid } = processOf(node, textOf(args, 'process'))
  const only = new Set(textsOf(args, 'only') ?? TRACED)
  const topic = typeof args.topic === 'string' ? args.topic : '*'
  const { clock } = node.parts
  let [lost, told, until] = [0, 0, 0]

  const tell = (atMs: number, thing: () => object): void => {
    if (atMs >= until) [told, until] = [0, atMs + SECOND_MS]
    if (++told > MOST || !send({ at: atMs, ...thing() })) lost++
  }
  const tellFrames = (atMs: number, frames: Frames): void => {
    for (const frame of singly(frames)) {
      const seen = seenFrame(frame)
      if (only.has(seen.kind) && (matches(topic, seen.topic) || matches(topic, seen.peer))) tell(atMs, () => seen)
    }
  }
  const tracer = ({ inbox, outbox, spent, verdict, process }: Traced): void => {
    const atMs = clock.nowMs()
    tellFrames(atMs, inbox)
    if (only.has('turn')) tell(atMs, () => ({ kind: 'turn', fuel: spent, verdict, step: process.steps }))
    tellFrames(atMs, outbox)
  }

  const ended = Promise.withResolvers<void>()
  const stop = node.scheduler.trace(pid, tracer)
  const forget = node.scheduler.onExit(pid, () => ended.resolve())
  void untilOver({ node, gone }).then(ended.resolve)
  send({ at: clock.nowMs(), kind: 'attached', pid })
  await ended.promise
  stop()
  forget()
  return { pid, lost }
}
