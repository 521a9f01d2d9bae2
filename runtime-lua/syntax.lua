-- Trees of texts, and what walks through them. All of a tree is in the process: its nodes are bytes, as src/text/syntax-tree.ts writes them.
--
-- A Tree is { grammar, text, nodes, ranges, edits, closed }, a Language { what the host says of it }, a Node { tree, number, shift }, a
-- Cursor { tree, number of where it may go, number of where it is, shift, closed }. Numbers and positions begin with 0.
local host = ...
local argument = host.require_runtime('argument')
local errors = host.require_runtime('errors')
local ask, fail, INVALID = host.ask, errors.fail, errors.INVALID
local error, ipairs, setmetatable, type = error, ipairs, setmetatable, type
local concat, sub, unpack = table.concat, string.sub, string.unpack

local TREE, NODE, CURSOR, LANGUAGE = 'treesitter.Tree', 'treesitter.Node', 'treesitter.Cursor', 'treesitter.Language'
local SIZE, ERROR_KIND, UNBOUND = 40, 0xffff, 0xffffffff
local NAMED, EXTRA, MISSING, FAULTY, ERROR = 1, 2, 4, 8, 16

local growing, noding, walking, speaking = {}, {}, {}, {}
local Tree = host.userdata{ __name = TREE, __metatable = TREE, __index = growing }
local Node = host.userdata{
  __name = NODE,
  __metatable = NODE,
  __index = noding,
  __eq = function(a, b) return a[1] == b[1] and a[2] == b[2] end,
}
local Cursor = host.userdata{ __name = CURSOR, __metatable = CURSOR, __index = walking }
local Language = host.userdata{ __name = LANGUAGE, __metatable = LANGUAGE, __index = speaking }

local syntax = { NODE = NODE, TREE = TREE }

function syntax.language(told) return setmetatable({ told }, Language) end
function syntax.tree(language, text, nodes, ranges)
  return setmetatable({ grammar = language, text = text, nodes = nodes, ranges = ranges, edits = {} }, Tree)
end
function syntax.node(tree, number, shift) return setmetatable({ tree, number, shift }, Node) end
local node_of = syntax.node

--- What is read and written of a closed object raises, as everywhere.
function syntax.open(self, name, method, what)
  argument.object(self, name, method)
  if self.closed then error("bad argument #1 to '" .. method .. "' (" .. what .. ' already closed)', 3) end
  return self
end
local open = syntax.open

-- the bytes of a node

local function short(tree, number, at) return (unpack('<I2', tree.nodes, number * SIZE + at + 1)) end
local function long(tree, number, at) return (unpack('<I4', tree.nodes, number * SIZE + at + 1)) end
local function is(tree, number, flag) return short(tree, number, 6) & flag ~= 0 end
local function extent(tree, number) return long(tree, number, 36) end
local function parent(tree, number) return number > 0 and long(tree, number, 32) or nil end
local function first(tree, number) return extent(tree, number) > 1 and number + 1 or nil end

local function following(tree, number)
  local up = parent(tree, number)
  local after = number + extent(tree, number)
  return up and after < up + extent(tree, up) and after or nil
end

local function preceding(tree, number)
  local up = parent(tree, number)
  local at = up and up + 1
  if not up or at == number then return nil end
  while at + extent(tree, at) < number do at = at + extent(tree, at) end
  return at
end

-- The numbers of what is directly in a node, one after another.
local function children(tree, number)
  local at
  return function()
    if at then at = following(tree, at) else at = first(tree, number) end
    return at
  end
end

local function kind_of(tree, number, at)
  local id = short(tree, number, at)
  return id == ERROR_KIND and 'ERROR' or tree.grammar.kinds[id + 1]
end

local function field_of(tree, number)
  local id = short(tree, number, 4)
  return id > 0 and tree.grammar.fields[id] or nil
end

-- A position as the edits of its tree have moved it.
local function moved(tree, byte, row, column, shift)
  for _, edit in ipairs(tree.edits) do
    if byte >= edit.old_end_byte then
      if row == edit.old_end_row then column = column - edit.old_end_column + edit.new_end_column end
      row, byte = row - edit.old_end_row + edit.new_end_row, byte - edit.old_end_byte + edit.new_end_byte
    elseif byte > edit.start_byte then
      byte, row, column = edit.new_end_byte, edit.new_end_row, edit.new_end_column
    end
  end
  if shift then return byte + shift.bytes, row + shift.row, row == 0 and column + shift.column or column end
  return byte, row, column
end

local function start_of(tree, number, shift) return moved(tree, long(tree, number, 8), long(tree, number, 16), long(tree, number, 20), shift) end
local function end_of(tree, number, shift) return moved(tree, long(tree, number, 12), long(tree, number, 24), long(tree, number, 28), shift) end
local function before(row, column, other) return row < other.row or row == other.row and column < other.column end

local function integer(value) return type(value) == 'number' and value >= 0 and math.tointeger(value // 1) or nil end

--- { row, column } as it was given; raises when it is none.
function syntax.point(value, position, method)
  argument.table(value, position, method)
  return { row = integer(value.row) or 0, column = integer(value.column) or 0 }
end

-- nodes

local function this(self, method)
  argument.object(self, NODE, method)
  return self[1], self[2], self[3]
end

for method, step in pairs{ parent = parent, next_sibling = following, prev_sibling = preceding } do
  noding[method] = function(self)
    local tree, number, shift = this(self, method)
    local other = step(tree, number)
    return other and node_of(tree, other, shift)
  end
end

for method, step in pairs{ next_named_sibling = following, prev_named_sibling = preceding } do
  noding[method] = function(self)
    local tree, number, shift = this(self, method)
    local other = step(tree, number)
    while other and not is(tree, other, NAMED) do other = step(tree, other) end
    return other and node_of(tree, other, shift)
  end
end

local function nth(self, method, wanted, flag)
  local tree, number, shift = this(self, method)
  for child in children(tree, number) do
    if flag == nil or is(tree, child, flag) then
      if wanted == 0 then return node_of(tree, child, shift) end
      wanted = wanted - 1
    end
  end
  return nil
end
function noding:child(index) return nth(self, 'child', argument.integer(index, 1, 'child')) end
function noding:named_child(index) return nth(self, 'named_child', argument.integer(index, 1, 'named_child'), NAMED) end

local function count(self, method, flag)
  local tree, number = this(self, method)
  local found = 0
  for child in children(tree, number) do
    if flag == nil or is(tree, child, flag) then found = found + 1 end
  end
  return found
end
function noding:child_count() return count(self, 'child_count') end
function noding:named_child_count() return count(self, 'named_child_count', NAMED) end

function noding:child_by_field_name(name)
  local tree, number, shift = this(self, 'child_by_field_name')
  argument.string(name, 1, 'child_by_field_name')
  for child in children(tree, number) do
    if field_of(tree, child) == name then return node_of(tree, child, shift) end
  end
  return nil
end

function noding:field_name_for_child(index)
  local child = nth(self, 'field_name_for_child', argument.integer(index, 1, 'field_name_for_child'))
  return child and field_of(child[1], child[2])
end

function noding:kind()
  local tree, number = this(self, 'kind')
  return kind_of(tree, number, 0)
end
noding.type = noding.kind

function noding:grammar_name()
  local tree, number = this(self, 'grammar_name')
  return kind_of(tree, number, 2)
end

for method, flag in pairs{ is_named = NAMED, is_extra = EXTRA, is_missing = MISSING, has_error = FAULTY, is_error = ERROR } do
  noding[method] = function(self)
    local tree, number = this(self, method)
    return is(tree, number, flag)
  end
end

function noding:start_byte() return (start_of(this(self, 'start_byte'))) end
function noding:end_byte() return (end_of(this(self, 'end_byte'))) end
function noding:start_point()
  local _, row, column = start_of(this(self, 'start_point'))
  return { row = row, column = column }
end
function noding:end_point()
  local _, row, column = end_of(this(self, 'end_point'))
  return { row = row, column = column }
end

--- node:text(code = that of its tree) → the text it covers | nil, err
function noding:text(code)
  local tree, number, shift = this(self, 'text')
  code = type(code) == 'string' and code or tree.text
  local from, to = start_of(tree, number, shift), end_of(tree, number, shift)
  if from > to or to > #code then return fail(INVALID, 'invalid byte range') end
  return sub(code, from + 1, to)
end

--- node:to_sexp() → the named nodes in it, as an S-expression | nil, err
function noding:to_sexp()
  local tree, number = this(self, 'to_sexp')
  return ask('treesitter.sexp', tree.grammar.name, tree.text, tree.ranges, nil, number)
end

function noding:descendant_count()
  local tree, number = this(self, 'descendant_count')
  return extent(tree, number)
end

--- node:named_descendant_for_point_range(from, to) → the smallest named node that covers both | nil
function noding:named_descendant_for_point_range(from, to)
  local tree, number, shift = this(self, 'named_descendant_for_point_range')
  from = syntax.point(from, 1, 'named_descendant_for_point_range')
  to = syntax.point(to, 2, 'named_descendant_for_point_range')
  local found
  while number do
    if is(tree, number, NAMED) then found = number end
    local inner
    for child in children(tree, number) do
      local _, row, column = end_of(tree, child, shift)
      if not before(row, column, to) then
        _, row, column = start_of(tree, child, shift)
        if not before(from.row, from.column, { row = row, column = column }) then inner = child end
        break
      end
    end
    number = inner
  end
  return found and node_of(tree, found, shift)
end

-- cursors

local function cursor_of(tree, root, number, shift) return setmetatable({ tree, root, number, shift }, Cursor) end
local function at(self, method)
  open(self, CURSOR, method, 'cursor')
  return self[1], self[3], self[2]
end

function walking:current_node()
  local tree, number = at(self, 'current_node')
  return node_of(tree, number, self[4])
end
function walking:current_field_id()
  local tree, number, root = at(self, 'current_field_id')
  return number == root and 0 or short(tree, number, 4)
end
function walking:current_field_name()
  local tree, number, root = at(self, 'current_field_name')
  return number ~= root and field_of(tree, number) or nil
end
function walking:current_depth()
  local tree, number, root = at(self, 'current_depth')
  local depth = 0
  while number ~= root do number, depth = parent(tree, number), depth + 1 end
  return depth
end
function walking:current_descendant_index()
  local _, number, root = at(self, 'current_descendant_index')
  return number - root
end

local function last(tree, number)
  local found
  for child in children(tree, number) do found = child end
  return found
end
for method, step in pairs{ goto_first_child = first, goto_last_child = last } do
  walking[method] = function(self)
    local tree, number = at(self, method)
    local other = step(tree, number)
    self[3] = other or number
    return other ~= nil
  end
end
for method, step in pairs{ goto_parent = parent, goto_next_sibling = following, goto_previous_sibling = preceding } do
  walking[method] = function(self)
    local tree, number, root = at(self, method)
    local other = number ~= root and step(tree, number) or nil
    self[3] = other or number
    return other ~= nil
  end
end

function walking:goto_descendant(index)
  local tree, _, root = at(self, 'goto_descendant')
  index = argument.integer(index, 1, 'goto_descendant')
  if index >= 0 and index < extent(tree, root) then self[3] = root + index end
end

local function goto_child(self, method, reaches)
  local tree, number = at(self, method)
  local index = 0
  for child in children(tree, number) do
    if reaches(end_of(tree, child, self[4])) then
      self[3] = child
      return index
    end
    index = index + 1
  end
  return nil
end
function walking:goto_first_child_for_byte(byte)
  byte = argument.integer(byte, 1, 'goto_first_child_for_byte')
  return goto_child(self, 'goto_first_child_for_byte', function(to) return to > byte end)
end
function walking:goto_first_child_for_point(point)
  point = syntax.point(point, 1, 'goto_first_child_for_point')
  return goto_child(self, 'goto_first_child_for_point', function(_, row, column) return before(point.row, point.column, { row = row, column = column }) end)
end

function walking:reset(node)
  open(self, CURSOR, 'reset', 'cursor')
  self[1], self[3], self[4] = this(node, 'reset')
  self[2] = self[3]
end
function walking:reset_to(other)
  open(self, CURSOR, 'reset_to', 'cursor')
  argument.object(other, CURSOR, 'reset_to')
  self[1], self[2], self[3], self[4] = other[1], other[2], other[3], other[4]
end
function walking:copy()
  local tree, number, root = at(self, 'copy')
  return cursor_of(tree, root, number, self[4])
end
function walking:close() argument.object(self, CURSOR, 'close').closed = true end

-- trees

function growing:root_node() return node_of(open(self, TREE, 'root_node', 'tree'), 0) end
function growing:root_node_with_offset(bytes, point)
  open(self, TREE, 'root_node_with_offset', 'tree')
  local shift = syntax.point(point, 2, 'root_node_with_offset')
  shift.bytes = argument.integer(bytes, 1, 'root_node_with_offset')
  return node_of(self, 0, shift)
end
function growing:language() return syntax.language(open(self, TREE, 'language', 'tree').grammar) end
function growing:copy()
  open(self, TREE, 'copy', 'tree')
  local copy = syntax.tree(self.grammar, self.text, self.nodes, self.ranges)
  for i, edit in ipairs(self.edits) do copy.edits[i] = edit end
  return copy
end
function growing:walk() return cursor_of(open(self, TREE, 'walk', 'tree'), 0, 0) end
function growing:close() argument.object(self, TREE, 'close').closed = true end

local EDIT = { 'start_byte', 'old_end_byte', 'new_end_byte', 'start_row', 'start_column', 'old_end_row', 'old_end_column', 'new_end_row', 'new_end_column' }

--- tree:edit{ start_byte, old_end_byte, new_end_byte, start_row, … } → true | false, err (Invalid)
function growing:edit(edit)
  open(self, TREE, 'edit', 'tree')
  argument.table(edit, 1, 'edit')
  local function refuse(message) return false, errors.new{ kind = INVALID, message = message, retryable = false } end
  local kept = {}
  for _, name in ipairs(EDIT) do
    if type(edit[name]) ~= 'number' then return refuse(name .. ' must be a number') end
    kept[name] = integer(edit[name]) or -1
  end
  if kept.start_byte < 0 or kept.old_end_byte < kept.start_byte or kept.new_end_byte < 0 then return refuse('invalid byte position') end
  local is_backwards = kept.old_end_row < kept.start_row or kept.old_end_row == kept.start_row and kept.old_end_column < kept.start_column
  if kept.start_row < 0 or kept.start_column < 0 or kept.new_end_row < 0 or kept.new_end_column < 0 or is_backwards then
    return refuse('invalid point position')
  end
  self.edits[#self.edits + 1] = kept
  return true
end

--- tree:changed_ranges(tree of the text that came of the edits) → { range, … } | nil, err
function growing:changed_ranges(other)
  open(self, TREE, 'changed_ranges', 'tree')
  argument.object(other, TREE, 'changed_ranges')
  return ask('treesitter.changes', self.grammar.name, self.text, self.edits, other.text)
end

--- tree:included_ranges() → { range, … }: what was parsed; all of the text in one
function growing:included_ranges()
  local ranges = open(self, TREE, 'included_ranges', 'tree').ranges
  if ranges then return ranges end
  local function point(row, column) return { row = row, column = column } end
  return { { start_byte = 0, end_byte = UNBOUND, start_point = point(0, 0), end_point = point(UNBOUND, UNBOUND) } }
end

--- tree:dot_graph() → it in the language of Graphviz
function growing:dot_graph()
  open(self, TREE, 'dot_graph', 'tree')
  local lines = { 'digraph tree {', 'edge [arrowhead=none]' }
  for number = 0, extent(self, 0) - 1 do
    local label = kind_of(self, number, 0):gsub('["\\]', '\\%0'):gsub('\n', '\\n')
    lines[#lines + 1] = ('node_%d [label="%s", shape=%s]'):format(number, label, is(self, number, NAMED) and 'box' or 'plaintext')
    if number > 0 then lines[#lines + 1] = ('node_%d -> node_%d'):format(parent(self, number), number) end
  end
  lines[#lines + 1] = '}'
  return concat(lines, '\n') .. '\n'
end

-- languages

local function told(self, method) return argument.object(self, LANGUAGE, method)[1] end

function speaking:version() return told(self, 'version').version end
function speaking:node_kind_count() return #told(self, 'node_kind_count').kinds end
function speaking:parse_state_count() return told(self, 'parse_state_count').states end
function speaking:field_count() return #told(self, 'field_count').fields end
function speaking:node_kind_for_id(id)
  local kinds = told(self, 'node_kind_for_id').kinds
  id = argument.integer(id, 1, 'node_kind_for_id')
  return id == ERROR_KIND and 'ERROR' or kinds[id + 1] or ''
end
function speaking:node_kind_is_named(id)
  local named = told(self, 'node_kind_is_named').named
  return named[argument.integer(id, 1, 'node_kind_is_named') + 1] or false
end
function speaking:id_for_node_kind(kind, named)
  local language = told(self, 'id_for_node_kind')
  argument.string(kind, 1, 'id_for_node_kind')
  for i, name in ipairs(language.kinds) do
    if name == kind and language.named[i] == (named and true or false) then return i - 1 end
  end
  return 0
end
function speaking:field_name_for_id(id)
  return told(self, 'field_name_for_id').fields[argument.integer(id, 1, 'field_name_for_id')] or ''
end
function speaking:field_id_for_name(name)
  local fields = told(self, 'field_id_for_name').fields
  argument.string(name, 1, 'field_id_for_name')
  for id, known in ipairs(fields) do
    if known == name then return id end
  end
  return 0
end

return syntax
