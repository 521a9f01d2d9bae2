// `treesitter` as Lua sees it: trees, what walks through them, patterns; and what is refused.

import { cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { WippyError } from '../../src/error.ts'
import { encodeAll } from '../../src/msgpack.ts'
import type { Operation } from '../../src/service/service.ts'
import { treesitterService } from '../../src/service/treesitter.ts'
import { Grammars } from '../../src/text/grammars.ts'
import { directoryWith } from '../registry/scratch.ts'
import { type TestApp, withApp } from '../support/app.ts'

const test = suite('treesitter')

const lua = (app: TestApp, code: string): Promise<unknown> =>
  app.eval(`local ts = require('treesitter')\n${code}`, { modules: ['treesitter'] })
const equals = (name: string, code: string, expected: unknown): void =>
  void test(name, () => withApp({}, async (app) => assert.equal(await lua(app, code), expected)))

const GO = `local code = 'package main\\n\\nfunc hello(a int) {}\\n// end\\nfunc world() {}\\n'
local tree = assert(ts.parse('go', code)) local root = tree:root_node()\n`

equals(
  'a tree is walked from node to node',
  `${GO} local f = root:named_child(1)
  return { root:kind(), root:child_count(), root:named_child_count(), root:has_error(), f:type(), f:child_by_field_name('name'):text(),
    f:field_name_for_child(1), f:child(0):kind(), f:child(0):is_named(), f:next_named_sibling():is_extra(), f:prev_named_sibling():kind(),
    f:parent() == root, root:parent() == nil, f:child(99) == nil, f:next_sibling():kind(), f:text(), root:descendant_count() > 10,
    f:to_sexp(), f:grammar_name() }`,
  [
    ...[
      'source_file',
      4,
      4,
      false,
      'function_declaration',
      'hello',
      'name',
      'func',
      false,
      true,
      'package_clause',
      true,
      true,
      true,
      'comment',
    ],
    'func hello(a int) {}',
    true,
    '(function_declaration name: (identifier) parameters: (parameter_list (parameter_declaration name: (identifier) type: (type_identifier))) body: (block))',
    'function_declaration',
  ],
)

equals(
  'positions are bytes, rows and columns in bytes, whatever the letters',
  `local code = 'x = "日本"  # é\\nžluť = x + 1\\n'
  local tree = assert(ts.parse('python', code)) local out = {}
  local function add(node) local s, e = node:start_point(), node:end_point()
    out[#out + 1] = ('%s %d-%d %d:%d-%d:%d %s'):format(node:kind(), node:start_byte(), node:end_byte(), s.row, s.column, e.row, e.column, node:text()) end
  local root = tree:root_node() add(root:named_child(0)) add(root:named_child(1)) add(root:named_child(2):named_child(0):child(0))
  local found = root:named_descendant_for_point_range({ row = 1, column = 0 }, { row = 1, column = 3 })
  return { out, found:text(), root:has_error() }`,
  [['expression_statement 0-12 0:0-0:12 x = "日本"', 'comment 14-18 0:14-0:18 # é', 'identifier 19-25 1:0-1:6 žluť'], 'žluť', false],
)

equals(
  'text that is no UTF-8 is taken byte by byte',
  `local code = 'x = "\\xff\\xfe"\\n' local root = assert(ts.parse('python', code)):root_node()
  return { root:end_byte(), root:named_child(0):text() == 'x = "\\xff\\xfe"' }`,
  [9, true],
)

equals(
  'errors and what is missing are found, and known above',
  `local root = assert(ts.parse('javascript', 'let x = (1; f(')):root_node() local seen = {}
  local function walk(node) if node:is_error() then seen.error = true end if node:is_missing() then seen.missing = true end
    for i = 0, node:child_count() - 1 do walk(node:child(i)) end end
  walk(root)
  return { root:has_error(), seen.error or seen.missing }`,
  [true, true],
)

equals(
  'a cursor goes where it may, and stays where it cannot go',
  `${GO} local c = tree:walk() local out = { c:current_depth(), c:goto_parent(), c:goto_next_sibling(), c:goto_first_child(), c:current_node():kind() }
  local function add(value) out[#out + 1] = value == nil and 'nil' or value end
  add(c:goto_previous_sibling()) add(c:goto_next_sibling()) add(c:current_node():kind()) add(c:goto_first_child())
  add(c:goto_next_sibling()) add(c:current_field_name()) add(c:current_field_id() == ts.language('go'):field_id_for_name('name')) add(c:current_depth())
  local index = c:current_descendant_index() local copy = c:copy()
  c:reset(root:named_child(3)) add(c:current_depth()) add(c:goto_parent()) add(c:current_field_name()) add(c:goto_last_child()) add(c:current_node():kind())
  c:reset_to(copy) add(c:current_descendant_index() == index) copy:close()
  c = tree:walk() c:goto_descendant(index) add(c:current_node():text()) c:goto_parent() c:goto_parent()
  add(c:goto_first_child_for_byte(40)) add(c:current_node():kind()) c:goto_parent() add(c:goto_first_child_for_point({ row = 4, column = 1 }))
  add(c:current_node():text()) c:goto_parent() add(c:goto_first_child_for_byte(9999))
  return out`,
  [
    ...[0, false, false, true, 'package_clause', false, true, 'function_declaration', true, true, 'name', true, 2],
    ...[0, false, 'nil', true, 'block', true, 'hello', 2, 'comment', 3, 'func world() {}', 'nil'],
  ],
)

const QUERY = `${GO} local q = assert(ts.query('go', [[
  ((function_declaration name: (identifier) @name body: (block)? @body) (#match? @name "^w") (#set! kind "f"))
  (comment) @note
]]))\n`

equals(
  'patterns are searched: captures in the order of the text, matches with theirs',
  `${QUERY} local captures, matches, out = q:captures(root, code), q:matches(root, code), {}
  for _, c in ipairs(captures) do out[#out + 1] = c.name .. ' ' .. c.text .. ' ' .. c.index .. ' ' .. c.node:kind() end
  for _, m in ipairs(matches) do out[#out + 1] = m.pattern .. ' ' .. #m.captures .. ' ' .. m.captures[1].name .. ' ' .. m.captures[1].node:text() end
  out[#out + 1] = #q:captures(root:named_child(1), code)
  return out`,
  ['note // end 2 comment', 'name world 0 identifier', 'body {} 1 block', '1 1 note // end', '0 2 name world', 0],
)

equals(
  'a search is narrowed: by bytes, points, patterns, captures, depth',
  `${QUERY} local out = {}
  local function found(set) local q = assert(ts.query('go', '(identifier) @id (comment) @note')) set(q) out[#out + 1] = #q:captures(root, code) end
  found(function() end)
  found(function(q) q:set_byte_range(0, 30) end)
  found(function(q) q:set_point_range({ row = 3, column = 0 }, { row = 5, column = 0 }) end)
  found(function(q) q:disable_pattern(0) end) found(function(q) q:disable_capture('note') end) found(function(q) q:set_max_start_depth(1) end)
  found(function(q) q:disable_pattern(99) q:disable_capture('none') end)
  q:set_match_limit(100) q:set_timeout('1s')
  return { out, q:get_match_limit(), q:did_exceed_match_limit(), q:get_timeout() }`,
  [[4, 2, 2, 1, 3, 1, 4], 100, false, 1_000_000_000],
)

equals(
  'a query says what it is made of',
  `${QUERY} local texts, settings = q:get_text_predicates(0), q:get_property_settings(0)
  return { q:pattern_count(), q:capture_count(), q:capture_name_for_id(1), q:capture_index_for_name('note'), q:capture_index_for_name('x') == nil,
    q:capture_quantifier(0, 0), q:capture_quantifier(0, 1), q:is_pattern_rooted(0), q:start_byte_for_pattern(0), q:end_byte_for_pattern(0) > 10, #texts, texts[1].value,
    texts[1].type, texts[1].positive, settings[1].key, settings[1].value, #q:get_property_predicates(0), q:is_pattern_non_local(0), type(q:is_pattern_guaranteed(5)) }`,
  [2, 3, 'body', 2, true, 3, 1, true, 2, true, 1, '^w', 2, true, 'kind', 'f', 0, false, 'boolean'],
)

equals(
  'edits move what is behind them, and say what changed',
  `local before, after = 'x = 1\\ny = 2\\n', 'x = 100\\ny = f(2)\\n' local tree = assert(ts.parse('python', before))
  local copy = tree:copy()
  assert(tree:edit{ start_byte = 4, old_end_byte = 5, new_end_byte = 7, start_row = 0, start_column = 4, old_end_row = 0, old_end_column = 5, new_end_row = 0, new_end_column = 7 })
  assert(tree:edit{ start_byte = 12, old_end_byte = 13, new_end_byte = 16, start_row = 1, start_column = 4, old_end_row = 1, old_end_column = 5, new_end_row = 1, new_end_column = 8 })
  local second = tree:root_node():child(1)
  local parser = ts.parser() parser:set_language('python') local next = assert(parser:parse(after, tree))
  local ranges = assert(tree:changed_ranges(next))
  local none, err = tree:edit{ start_byte = 5 }
  return { second:start_byte(), second:end_byte(), second:end_point(), copy:root_node():child(1):start_byte(), ranges, none, err:kind(),
    next:root_node():child(1):text() }`,
  [
    ...[8, 16, { row: 1, column: 8 }, 6],
    [{ start_byte: 12, end_byte: 16, start_point: { row: 1, column: 4 }, end_point: { row: 1, column: 8 } }],
    ...[false, 'Invalid', 'y = f(2)'],
  ],
)

equals(
  'a parser looks at the ranges it is given',
  `local parser = ts.parser() local _, unset = parser:parse('x') local _, no_language = parser:get_language()
  assert(parser:set_language('py'))
  local code = '<p>x = 1</p>' local ok = parser:set_ranges{ { start_byte = 3, end_byte = 8, start_row = 0, start_col = 3, end_row = 0, end_col = 8 } }
  local tree = assert(parser:parse(code)) local ranges = tree:included_ranges()
  local bad, err = parser:set_ranges{ { start_byte = 3 } }
  parser:set_ranges{} parser:reset()
  return { unset:kind(), no_language:kind(), parser:get_language(), ok, tree:root_node():has_error(), tree:root_node():text(), ranges[1].start_byte,
    bad, err:kind(), parser:parse(code):root_node():has_error(), #parser:parse('x'):included_ranges() }`,
  ['Invalid', 'Invalid', 'python', true, false, 'x = 1', 3, false, 'Invalid', true, 1],
)

equals(
  'a parser takes no longer than it may, and then as long as it does',
  `local parser, code = ts.parser(), ('x = f(1, [2, 3])\\n'):rep(20000)
  parser:set_language('python') parser:set_timeout('1ms') local none, err = parser:parse(code)
  parser:set_timeout(0) parser:set_ranges{ { start_byte = 0, end_byte = 16, start_row = 0, start_col = 0, end_row = 0, end_col = 16 } }
  return { none == nil, err:kind(), err:retryable(), assert(parser:parse(code)):root_node():named_child_count() }`,
  [true, 'Internal', false, 1],
)

equals(
  'a language tells its kinds and fields; a tree its own, its graph, and itself from elsewhere',
  `${GO} local go = tree:language() local shifted = tree:root_node_with_offset(100, { row = 2, column = 5 }):child(0)
  local id = go:id_for_node_kind('identifier', true) local at = shifted:start_point()
  return { go:version() >= 14, go:node_kind_count() > 100, go:parse_state_count() > 100, go:field_count() > 10, go:node_kind_for_id(id), go:node_kind_is_named(id),
    go:field_name_for_id(go:field_id_for_name('body')), go:id_for_node_kind('none', true), go:field_id_for_name('none'), go:node_kind_for_id(65535),
    shifted:start_byte(), at.row, at.column, tree:dot_graph():match('^digraph tree {') ~= nil, tree:dot_graph():match('label="source_file"') ~= nil }`,
  [true, true, true, true, 'identifier', true, 'body', 0, 0, 'ERROR', 100, 2, 5, true, true],
)

equals(
  'languages have several names; what is refused says why, and what is closed raises',
  `local out = {} local function kind(value, err) out[#out + 1] = err and err:kind() .. ' ' .. tostring(err:retryable()) or tostring(value) end
  for _, name in ipairs{ 'golang', 'js', 'ts', 'tsx', 'py', 'c#', 'cs', 'php' } do assert(ts.parse(name, 'x')) end
  kind(ts.parse('none', 'x')) kind(ts.language('none')) kind(ts.query('none', '(x)')) kind(ts.query('go', '((invalid')) kind(ts.query('go', '(none) @x'))
  kind(ts.parser():set_language('none')) kind(ts.parse('go', ('x'):rep(600000)))
  kind(ts.query('go', '(identifier) @x'):captures(ts.parse('python', 'x'):root_node(), 'x'))
  local supported = ts.supported_languages() local tree, query, parser = ts.parse('go', 'x'), ts.query('go', '(comment) @c'), ts.parser()
  local root = tree:root_node()
  for _, closed in ipairs{ tree, query, parser } do closed:close() closed:close() end
  out[#out + 1] = pcall(tree.root_node, tree) out[#out + 1] = pcall(query.matches, query, root, 'x') out[#out + 1] = pcall(parser.parse, parser, 'x')
  return { out, supported.go, supported['typescript+jsx'], supported.sql == nil, root:kind() }`,
  [[...Array(8).fill('Invalid false'), false, false, false], ...[true, true, true, 'source_file']],
)

test('asks that make no sense are refused, and the thread goes on', async () => {
  const { operations } = treesitterService(directoryWith({}))
  const ask = async (verb: string, target: string, ...args: readonly unknown[]): Promise<string> => {
    const call = { caller: { pid: 'p' }, target, raw: encodeAll(args) } as unknown as Parameters<Operation>[0]
    try {
      await operations[`treesitter.${verb}`]!(call)
      return 'answered'
    } catch (error) {
      return (error as WippyError).code
    }
  }
  const far = { start_byte: 1e9, old_end_byte: 2e9, new_end_byte: 4e9, start_row: 1e9, start_column: 0 }
  const edit = { ...far, old_end_row: 0, old_end_column: 0, new_end_row: 0, new_end_column: 0 }
  const point = { row: 0, column: 0 }
  const range = (start: number, end: number) => ({ start_byte: start, end_byte: end, start_point: point, end_point: point })
  const wild = { node: 1e9, bytes: [5, 1], points: [{ row: 9e9, column: 1 }, point], patterns: [1e9], captures: [7] }
  assert.equal(
    [
      await ask('parse', 'go', 5),
      await ask('parse', 'go', 'x', [{ start_byte: -1 }]),
      await ask('parse', 'go', 'x', [range(9e9, 1e300)]),
      await ask('parse', 'go', 'x y z', [range(2, 4), range(0, 1)]),
      await ask('sexp', 'go', 'x', null, null, 1e12),
      await ask('changes', 'go', 'x', [edit], 'y'),
      await ask('search', 'go', '(identifier) @x', 'captures', wild, 'x'),
      await ask('query', 'go', '('.repeat(60_000)),
      await ask('query', 'go', '(comment)', 1e15),
      await ask('language', '__proto__'),
      await ask('query', 'go', '('.repeat(90)),
      await ask('parse', 'python', 'x\n'.repeat(101_000)),
      await ask('sexp', 'python', `x = ${'('.repeat(3000)}1${')'.repeat(3000)}`, null, null, 0),
    ],
    [
      ...['SYNTAX_ARGUMENT', 'SYNTAX_ARGUMENT', 'answered', 'answered', 'answered', 'answered', 'SYNTAX_ARGUMENT'],
      ...['SYNTAX_PATTERN', 'answered', 'SYNTAX_LANGUAGE', 'SYNTAX_PATTERN', 'SYNTAX_TOO_LARGE', 'SYNTAX_TOO_LARGE'],
    ],
  )
  assert.is(await ask('parse', 'go', 'package x'), 'answered')
})

test('grammars are found beside the app first, then beside the program; without them that is said', async () => {
  const root = directoryWith({})
  const own = join(root, 'node_modules/tree-sitter-sql')
  mkdirSync(own, { recursive: true })
  const grammars = new Grammars(root)
  assert.ok(grammars.names().includes('go'))
  assert.not(grammars.names().includes('sql'))
  const without = await grammars.language('sql').catch((error) => error)
  assert.is(without.code, 'SYNTAX_UNAVAILABLE')
  assert.match(without.hint, /tree-sitter-sql/)
  cpSync(
    join(import.meta.dirname, '../../node_modules/@vscode/tree-sitter-wasm/wasm/tree-sitter-ini.wasm'),
    join(own, 'tree-sitter-sql.wasm'),
  )
  const found = new Grammars(root)
  assert.ok(found.names().includes('sql'))
  assert.ok((await found.language('sql')).nodeTypeCount > 3)
})

test.run()
