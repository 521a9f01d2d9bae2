// What every store must do, whichever it is.

import type { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { WippyError } from '../../src/error.ts'
import { decodeAll, encodeAll } from '../../src/msgpack.ts'
import { always, type PutOptions, type Store } from '../../src/store/store.ts'

const MANY = 1024 ** 2

const bytes = (value: unknown): Uint8Array => encodeAll([value])
export const put = (store: Store, key: string, value: unknown, options: Partial<PutOptions> = {}) =>
  store.put(key, bytes(value), { ...always, ...options })
export const get = async (store: Store, key: string): Promise<unknown> => {
  const stored = await store.get(key)
  return stored && decodeAll(stored.value)[0]
}
export const code = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work
  } catch (error) {
    return error instanceof WippyError ? error.code : String(error)
  }
  return 'no error'
}

/** A test of a store that `make` gives. */
const testing =
  (test: ReturnType<typeof suite>, make: () => Promise<Store>) =>
  (name: string, act: (store: Store) => Promise<void>): void =>
    void test(name, async () => {
      const store = await make()
      try {
        await act(store)
      } finally {
        await store.close()
      }
    })

/** Tests of a store whose rows have versions. */
const conformsOnConditions = (withStore: ReturnType<typeof testing>, pass: (ms: number) => Promise<void>): void => {
  withStore('only one of many who compare and set wins, and no version comes twice', async (store) => {
    const first = await put(store, 'k', 0, { onlyIfAbsent: true })
    assert.is(await code(put(store, 'k', 1, { onlyIfAbsent: true })), 'STORE_EXISTS')
    const tries = Array.from({ length: 20 }, (_, i) => code(put(store, 'k', i, { ifVersion: first.version })))
    const outcomes = await Promise.all(tries)
    assert.equal(outcomes.filter((outcome) => outcome === 'no error').length, 1)
    assert.equal(outcomes.filter((outcome) => outcome === 'STORE_CONFLICT').length, 19)
    const { version } = (await store.get('k'))!
    await store.delete('k')
    assert.is(await code(put(store, 'k', 1, { ifVersion: version })), 'STORE_KEY_NOT_FOUND')
    const again = await put(store, 'k', 2)
    assert.ok(BigInt(again.version) > BigInt(version))
  })

  withStore('counting by compare and set loses no count', async (store) => {
    await put(store, 'n', 0)
    const add = async (): Promise<void> => {
      for (;;) {
        const stored = (await store.get('n'))!
        const next = Number(decodeAll(stored.value)[0]) + 1
        const outcome = await code(put(store, 'n', next, { ifVersion: stored.version }))
        if (outcome === 'no error') return
        assert.is(outcome, 'STORE_CONFLICT')
      }
    }
    await Promise.all(Array.from({ length: 8 }, async () => await add().then(add)))
    assert.is(await get(store, 'n'), 16)
  })

  withStore('what has expired hinders nobody', async (store) => {
    await put(store, 'a', 1, { ttlMs: 60_000 })
    assert.is(await code(put(store, 'a', 2, { onlyIfAbsent: true })), 'STORE_EXISTS')
    await put(store, 'a', 1, { ttlMs: 200 })
    await pass(400)
    assert.is(await code(put(store, 'a', 3, { onlyIfAbsent: true })), 'no error')
  })
}

/**
 * Tests that `make` gives a store of 10 keys, or of as many as there are when that is beyond it. `pass(ms)` lets time go by. Of a store
 * without versions what needs them is left out.
 */
export const conforms = (
  test: ReturnType<typeof suite>,
  make: () => Promise<Store>,
  pass: (ms: number) => Promise<void>,
  { versioned = true } = {},
): void => {
  const withStore = testing(test, make)
  if (versioned) conformsOnConditions(withStore, pass)

  withStore('values come back as the bytes they were', async (store) => {
    for (const value of ['text', 5, 1.5, true, { a: [1, 2], b: null }, new Uint8Array([0, 255, 10, 13])]) {
      await put(store, 'größe:\u{1f600}', value)
      assert.equal(Buffer.from((await store.get('größe:\u{1f600}'))!.value), Buffer.from(bytes(value)))
    }
    assert.is(await store.get('nothing'), undefined)
    assert.is(await store.delete('größe:\u{1f600}'), true)
    assert.is(await store.delete('größe:\u{1f600}'), false)
  })

  withStore('what has expired is not there, for nobody', async (store) => {
    await put(store, 'a', 1, { ttlMs: 60_000 })
    await put(store, 'b', 1)
    assert.is(await get(store, 'a'), 1)
    await put(store, 'a', 1, { ttlMs: 200 })
    await put(store, 'c', 1, { ttlMs: 200 })
    await put(store, 'c', 2)
    await pass(400)
    assert.is(await store.get('a'), undefined)
    assert.is(await get(store, 'c'), 2)
    assert.equal(
      (await store.list({ prefix: '', after: '', limit: 10, bytes: MANY })).items.map(({ key }) => key),
      ['b', 'c'],
    )
    assert.is(await store.delete('a'), false)
  })

  withStore('a page ends with so many bytes, and the next one goes on', async (store) => {
    for (let at = 0; at < 9; at++) await put(store, `k${at}`, 'x'.repeat(500))
    const seen: string[] = []
    for (let hasMore = true; hasMore; ) {
      const page = await store.list({ prefix: 'k', after: seen.at(-1) ?? '', limit: 5, bytes: 750 })
      assert.ok(page.items.length > 0 && page.items.length <= 5)
      seen.push(...page.items.map(({ key }) => key))
      hasMore = page.hasMore
    }
    assert.equal(
      seen,
      Array.from({ length: 9 }, (_, at) => `k${at}`),
    )
  })

  withStore('keys are listed in order, page by page', async (store) => {
    for (const key of ['u:3', 'u:1', 't', 'u:2', 'v', 'u']) await put(store, key, key)
    const page = async (prefix: string, after: string, limit: number) => {
      const { items, hasMore } = await store.list({ prefix, after, limit, bytes: MANY })
      return [...items.map(({ key }) => key), hasMore]
    }
    assert.equal(await page('u:', '', 2), ['u:1', 'u:2', true])
    assert.equal(await page('u:', 'u:2', 2), ['u:3', false])
    assert.equal(await page('', '', 10), ['t', 'u', 'u:1', 'u:2', 'u:3', 'v', false])
    assert.equal(await page('', 'u:3', 10), ['v', false])
    assert.equal(await page('w', '', 10), [false])
    await store.delete('u:1')
    assert.equal(await page('u', '', 1), ['u', true])
  })
}
