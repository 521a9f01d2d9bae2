import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { differOperations } from '../../src/text/differ.ts'

const test = suite('differences')

const run = (verb: string, ...args: readonly unknown[]): readonly unknown[] => differOperations[verb]!('', [null, ...args])
type Diff = { readonly operation: string; readonly text: string }
const compare = (before: string, after: string) =>
  (run('compare', before, after)[0] as Diff[]).map(({ operation, text }) => [operation, text])
const patches = (before: string, after: string): string[] =>
  (run('patch_make', before, after)[0] as { text: string }[]).map(({ text }) => text)

test('what two texts differ in', () => {
  assert.equal(compare('same', 'same'), [['equal', 'same']])
  assert.equal(compare('', 'x'), [['insert', 'x']])
  assert.equal(compare('abcd', 'abXd'), [
    ['equal', 'ab'],
    ['delete', 'c'],
    ['insert', 'X'],
    ['equal', 'd'],
  ])
})

test('characters beyond the first plane stay whole, beside those of the private use area', () => {
  assert.equal(compare('a😀\ue000b', 'a😁\ue000b'), [
    ['equal', 'a'],
    ['delete', '😀'],
    ['insert', '😁'],
    ['equal', '\ue000b'],
  ])
})

test('a patch makes one text of the other, and says when it could not', () => {
  for (const [before, after] of [
    ['The quick brown fox jumps over the lazy dog', 'The quick red fox jumps over the lazy cat'],
    ['a😀b % ä', 'a😁b € ä'],
    ['', 'from nothing'],
  ] as const) {
    assert.equal(run('patch_apply', patches(before, after), before), [after, true])
  }
  assert.equal(run('patch_apply', patches('some text that is here', 'some words that are here'), 'nothing of it')[1], false)
  assert.equal(run('patch_apply', ['no patch', 5], 'text'.repeat(2)), ['texttext', true])
})

test('two long texts that have nothing in common are compared within the time that was given', () => {
  const noise = (seed: number) => Array.from({ length: 60_000 }, (_, at) => String.fromCharCode(97 + ((at * seed) % 26))).join('')
  const started = performance.now()
  const diffs = differOperations.compare!('', [{ diff_timeout: 0 }, noise(7919), noise(104_729)])[0] as Diff[]
  assert.ok(diffs.length > 0)
  assert.ok(performance.now() - started < 10_000)
})

test.run()
