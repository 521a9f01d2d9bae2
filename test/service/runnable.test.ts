import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { makeEntry } from '../../src/registry/entry.ts'
import { runnableOf } from '../../src/service/runnable.ts'

const test = suite('what is wrong before it runs')

const entry = (source: string, data = {}, kind = 'function.lua') => makeEntry({ id: 'app:it', kind, data: { source, ...data } })
const said = (...given: Parameters<typeof entry>): string => {
  try {
    runnableOf(entry(...given), () => undefined)
    return 'nothing'
  } catch (error) {
    const { code, retryable } = error as { code: string; retryable: boolean | null }
    return `${code} ${retryable}`
  }
}

test('modules that are required but not declared', () => {
  assert.is(said('require("json") return {}'), 'REQUIRE_UNDECLARED false')
  assert.is(said('require("json") return { main = f }', { modules: ['json'] }), 'nothing')
  assert.is(said('require("json") return {}', {}, 'library.lua'), 'nothing')
})

test('a method that the returned table has not', () => {
  assert.is(said('return { main = f }'), 'nothing')
  assert.is(said('return { other = f }', { method: 'other' }), 'nothing')
  assert.is(said('return { other = f }'), 'METHOD_NOT_FOUND false')
  assert.is(said('return {}', {}, 'library.lua'), 'nothing')
  assert.is(said('local M = {} return M'), 'nothing')
})

test('modules that a workflow may not use', () => {
  assert.is(said('return { main = f }', { modules: ['http'] }, 'workflow.lua'), 'WORKFLOW_MODULE false')
  assert.is(said('return { main = f }', { modules: ['json'] }, 'workflow.lua'), 'nothing')
})

test('the program is the same one as long as nothing changed', () => {
  const one = entry('return { main = f }')
  assert.is(
    runnableOf(one, () => undefined),
    runnableOf(one, () => undefined),
  )
})

test.run()
