// `text` and `html` from Lua; what they come to is tested in test/text/.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { withApp } from '../support/app.ts'

const test = suite('text and html')

const lua = async (code: string): Promise<unknown> => {
  let value: unknown
  await withApp({}, async (app) => {
    value = await app.eval(`local text, html = require('text'), require('html') ${code}`, { modules: ['text', 'html'] })
  })
  return value
}

test('regular expressions find', async () => {
  const code = `local re = assert(text.regexp.compile('(?P<word>[a-z]+)([0-9])?'))
    return { re:match_string('A1'), re:find_string('--ab1'), re:find_all_string('a b1'), re:find_string_submatch('x1'),
      re:find_all_string_submatch('y'), re:find_string_index('--ab1'), re:find_all_string_index('A') == nil }`
  assert.equal(await lua(code), [false, 'ab1', ['a', 'b1'], ['x1', 'x', '1'], [['y', 'y', '']], [3, 5], true])
})

test('regular expressions replace, split, and tell of themselves', async () => {
  const code = `local re = assert(text.regexp.compile('(?P<word>[a-z]+)([0-9])?'))
    return { re:replace_all_string('a1 b', '<$word>'), re:split('a1b23'), re:split('a1b23', 2), re:num_subexp(), re:subexp_names(), re:string() }`
  assert.equal(await lua(code), ['<a> <b>', ['', '', '3'], ['', 'b23'], 2, ['', 'word', ''], '(?P<word>[a-z]+)([0-9])?'])
})

test('what is none is an error, a wrong argument raises', async () => {
  const code = `local re = assert(text.regexp.compile('a'))
    local bad, err = text.regexp.compile('[')
    local ok, why = pcall(re.find_string, re)
    return { bad == nil, err:kind(), err:retryable(), ok, (why:gsub('^.-: ', '')) }`
  assert.equal(await lua(code), [true, 'Invalid', false, false, "bad argument #1 to 'find_string' (string expected, got no value)"])
})

test('differences', async () => {
  const code = `local differ = text.diff.new{ diff_timeout = 2 }
    local diffs = assert(differ:compare('a<', 'a>'))
    local patched, all = differ:patch_apply(assert(differ:patch_make('one two', 'one 2')), 'one two')
    return { diffs[2], differ:summarize(diffs), differ:pretty_text(diffs), differ:pretty_html(diffs), patched, all }`
  const html = '<span>a</span><del style="background:#ffe6e6;">&lt;</del><ins style="background:#e6ffe6;">&gt;</ins>'
  const counts = { insertions: 1, deletions: 1, equals: 1 }
  assert.equal(await lua(code), [{ operation: 'delete', text: '<' }, counts, 'a\x1b[31m<\x1b[0m\x1b[32m>\x1b[0m', html, 'one 2', true])
})

test('pieces', async () => {
  const code = `local splitter = text.splitter.recursive{ chunk_size = 4, chunk_overlap = 0 }
    local batch = splitter:split_batch{ { content = 'x y', metadata = { page = 1 } }, { content = 'z' } }
    return { splitter:split_text('aa bb cc'), batch[1], #batch, text.splitter.markdown():split_text('# h\\n\\np'),
      select(2, text.splitter.recursive{ chunk_size = 0 }:split_text('x')):kind() }`
  assert.equal(await lua(code), [['aa', 'bb', 'cc'], { content: 'x y', metadata: { page: 1 } }, 2, ['# h\np'], 'Invalid'])
})

test('a policy for HTML', async () => {
  const code = `local policy = html.sanitize.new_policy():allow_elements('p', 'b')
    policy:allow_attrs('class'):matching('^[a-z]+$'):on_elements('p')
    policy:allow_attrs('id'):globally()
    local bad, err = policy:allow_attrs('x'):matching('[')
    return { policy:sanitize('<p class="a" id="i">x<i>y</i></p><b class="a">z</b>'), html.sanitize.strict_policy():sanitize('<p>t'),
      html.sanitize.ugc_policy():allow_relative_urls(false):sanitize('<a href="/x">t</a>'), bad == nil and err:kind() }`
  assert.equal(await lua(code), ['<p class="a" id="i">xy</p><b>z</b>', 't', 't', 'Invalid'])
})

test('while a text is worked at, others have their turn', async () => {
  let turns = 0
  const turn = setInterval(() => turns++, 1)
  try {
    const code = `return #text.regexp.compile('([a-z]+)([0-9])'):replace_all_string(('ab1 '):rep(10000), '$2$1')`
    assert.is(await lua(code), 40_000)
  } finally {
    clearInterval(turn)
  }
  assert.ok(turns > 20, `${turns} turns`)
})

test.run()
