// A body around another one: what a test needs to see of it, or to change, it overrides.

import type { Body, Fault, Reply, Verdict } from '../../src/kernel/body.ts'
import type { Frames } from '../../src/kernel/frame.ts'

export class AroundBody implements Body {
  readonly inner: Body

  constructor(inner: Body) {
    this.inner = inner
  }

  step(inbox: Frames, fuel: number, nowMs: number, reply?: Reply | null): Verdict {
    return this.inner.step(inbox, fuel, nowMs, reply)
  }
  get replied(): number {
    return this.inner.replied ?? 0
  }
  get outbox(): Frames {
    return this.inner.outbox
  }
  get spent(): number {
    return this.inner.spent
  }
  get backlog(): number {
    return this.inner.backlog
  }
  get isBehind(): boolean {
    return this.inner.isBehind ?? false
  }
  get fault(): Fault | null {
    return this.inner.fault
  }
  get heldBytes(): number {
    return this.inner.heldBytes ?? 0
  }
  warm(): boolean {
    return this.inner.warm?.() ?? true
  }
  scrub(): boolean {
    return this.inner.scrub?.() ?? true
  }
  close(): void {
    this.inner.close()
  }
}
