-- Source code as trees, and patterns that are looked for in them. The host parses, in a thread beside the node's; trees are walked here.
--
-- A Parser is { language, ranges, timeout, closed }, a Query { language, pattern, what the host says of it, options of a search, closed }.
local host = ...
local argument = host.require_runtime('argument')
local duration = host.require_runtime('duration')
local errors = host.require_runtime('errors')
local syntax = host.require_runtime('syntax')
local ask, fail, INVALID = host.ask, errors.fail, errors.INVALID
local error, ipairs, setmetatable, tostring, type = error, ipairs, setmetatable, tostring, type
local node_of, open, sub = syntax.node, syntax.open, string.sub

local PARSER, QUERY = 'treesitter.Parser', 'treesitter.Query'
local parsing, querying = {}, {}
local Parser = host.userdata{ __name = PARSER, __metatable = PARSER, __index = parsing }
local Query = host.userdata{ __name = QUERY, __metatable = QUERY, __index = querying }

local treesitter = {}
local languages = {} -- by every name that was asked for

local function language_of(name)
  local known, err = languages[name], nil
  if not known then
    known, err = ask('treesitter.language', name)
    languages[name] = known
  end
  return known, err
end

local function parse(language, text, ranges, timeout)
  local nodes, err = ask('treesitter.parse', language.name, text, ranges, timeout)
  if not nodes then return nil, err end
  return syntax.tree(language, text, nodes, ranges)
end

--- treesitter.supported_languages() → { name = true, … } of those whose grammars are installed | nil, err
function treesitter.supported_languages()
  local names, err = ask('treesitter.languages', '')
  if not names then return nil, err end
  local supported = {}
  for _, name in ipairs(names) do supported[name] = true end
  return supported
end

--- treesitter.language(name) → Language | nil, err
function treesitter.language(name)
  local language, err = language_of(argument.string(name, 1, 'language'))
  if not language then return nil, err end
  return syntax.language(language)
end

--- treesitter.parse(language, code) → Tree | nil, err
function treesitter.parse(name, code)
  local language, err = language_of(argument.string(name, 1, 'parse'))
  code = argument.string(code, 2, 'parse')
  if not language then return nil, err end
  return parse(language, code)
end

--- treesitter.query(language, pattern) → Query | nil, err
function treesitter.query(name, pattern)
  local language, err = language_of(argument.string(name, 1, 'query'))
  pattern = argument.string(pattern, 2, 'query')
  if not language then return nil, err end
  local told
  told, err = ask('treesitter.query', language.name, pattern)
  if not told then return nil, err end
  return setmetatable({ language = language, pattern = pattern, told = told, options = { patterns = {}, captures = {} } }, Query)
end

--- treesitter.parser() → Parser
function treesitter.parser() return setmetatable({}, Parser) end

-- Milliseconds; raises what is no duration.
local function milliseconds(value, method)
  local time, err = duration.parse(value)
  if not time then error("bad argument #1 to '" .. method .. "' (" .. tostring(err) .. ')', 3) end
  return math.max(0, -(-time:nanoseconds() // 1000000))
end

-- parsers

--- parser:set_language(name) → true | false, err
function parsing:set_language(name)
  open(self, PARSER, 'set_language', 'parser')
  local language, err = language_of(argument.string(name, 1, 'set_language'))
  if not language then return false, err end
  self.language = language
  return true
end

function parsing:get_language()
  local language = open(self, PARSER, 'get_language', 'parser').language
  if not language then return fail(INVALID, 'language is not set') end
  return language.name
end

--- parser:parse(code, tree before?) → Tree | nil, err
function parsing:parse(code, before)
  open(self, PARSER, 'parse', 'parser')
  code = argument.string(code, 1, 'parse')
  if before ~= nil then argument.object(before, syntax.TREE, 'parse') end
  if not self.language then return fail(INVALID, 'language is not set') end
  return parse(self.language, code, self.ranges, self.timeout)
end

function parsing:set_timeout(timeout)
  open(self, PARSER, 'set_timeout', 'parser').timeout = milliseconds(timeout, 'set_timeout')
end

local RANGE = { 'start_byte', 'end_byte', 'start_row', 'start_col', 'end_row', 'end_col' }

--- parser:set_ranges{ { start_byte, end_byte, start_row, start_col, end_row, end_col }, … } → true | false, err; none: all of the text
function parsing:set_ranges(ranges)
  open(self, PARSER, 'set_ranges', 'parser')
  local function refuse(message) return false, errors.new{ kind = INVALID, message = message, retryable = false } end
  local kept, last = {}, 0
  for i, range in ipairs(argument.table(ranges, 1, 'set_ranges')) do
    for _, name in ipairs(RANGE) do
      if type(range) ~= 'table' or type(range[name]) ~= 'number' then return refuse(name .. ' must be a number') end
    end
    if range.start_byte < last or range.end_byte < range.start_byte then return refuse('ranges must be in order, and apart') end
    last = range.end_byte
    kept[i] = {
      start_byte = range.start_byte,
      end_byte = range.end_byte,
      start_point = { row = range.start_row, column = range.start_col },
      end_point = { row = range.end_row, column = range.end_col },
    }
  end
  self.ranges = #kept > 0 and kept or nil
  return true
end

function parsing:reset() open(self, PARSER, 'reset', 'parser') end
function parsing:close() argument.object(self, PARSER, 'close').closed = true end

-- queries

local function this(self, method) return open(self, QUERY, method, 'query') end

-- What a search finds, as numbers: pattern, captures, and of each its name and its node.
local function search(self, how, node, source)
  this(self, how)
  argument.object(node, syntax.NODE, how)
  argument.string(source, 2, how)
  local tree, options = node[1], self.options
  if tree.grammar.name ~= self.language.name then return fail(INVALID, 'the query is of ' .. self.language.name .. ', the tree of ' .. tree.grammar.name) end
  options.node = node[2]
  local found, exceeded = ask('treesitter.search', self.language.name, self.pattern, how, options, tree.text, tree.ranges)
  if not found then return nil, exceeded end
  self.exceeded = exceeded
  return found
end

local function capture_of(self, node, name, number)
  return { node = node_of(node[1], number, node[3]), index = name, name = self.told.names[name + 1] }
end

--- query:matches(node, code) → { { id, pattern, captures = { { node, index, name }, … } }, … } | nil, err
function querying:matches(node, source)
  local found, err = search(self, 'matches', node, source)
  if not found then return nil, err end
  local matches, at = {}, 1
  while at <= #found do
    local captures = {}
    for i = 1, found[at + 1] do captures[i] = capture_of(self, node, found[at + 2 * i], found[at + 2 * i + 1]) end
    matches[#matches + 1] = { id = #matches, pattern = found[at], captures = captures }
    at = at + 2 + 2 * found[at + 1]
  end
  return matches
end

--- query:captures(node, code) → { { node, index, name, text }, … } | nil, err
function querying:captures(node, source)
  local found, err = search(self, 'captures', node, source)
  if not found then return nil, err end
  local captures = {}
  for at = 1, #found, 4 do
    local capture = capture_of(self, node, found[at + 2], found[at + 3])
    local from, to = capture.node:start_byte(), capture.node:end_byte()
    if to <= #source then capture.text = sub(source, from + 1, to) end
    captures[#captures + 1] = capture
  end
  return captures
end

function querying:set_byte_range(from, to)
  local bytes = { argument.integer(from, 1, 'set_byte_range'), argument.integer(to, 2, 'set_byte_range') }
  this(self, 'set_byte_range').options.bytes = bytes
end
function querying:set_point_range(from, to)
  local points = { syntax.point(from, 1, 'set_point_range'), syntax.point(to, 2, 'set_point_range') }
  this(self, 'set_point_range').options.points = points
end
function querying:set_match_limit(limit)
  this(self, 'set_match_limit').options.match_limit = argument.integer(limit, 1, 'set_match_limit')
end
function querying:get_match_limit() return this(self, 'get_match_limit').options.match_limit or 0xffffffff end
function querying:did_exceed_match_limit() return this(self, 'did_exceed_match_limit').exceeded or false end
function querying:set_max_start_depth(depth)
  this(self, 'set_max_start_depth').options.depth = argument.integer(depth, 1, 'set_max_start_depth')
end
function querying:set_timeout(timeout) this(self, 'set_timeout').options.timeout = milliseconds(timeout, 'set_timeout') end
--- query:get_timeout() → nanoseconds
function querying:get_timeout() return (this(self, 'get_timeout').options.timeout or 0) * 1000000 end

function querying:disable_pattern(pattern)
  local patterns = this(self, 'disable_pattern').options.patterns
  patterns[#patterns + 1] = argument.integer(pattern, 1, 'disable_pattern')
end
function querying:disable_capture(name)
  local captures = this(self, 'disable_capture').options.captures
  captures[#captures + 1] = argument.string(name, 1, 'disable_capture')
end

function querying:pattern_count() return #this(self, 'pattern_count').told.patterns end
function querying:capture_count() return #this(self, 'capture_count').told.names end
function querying:string_count() return this(self, 'string_count') and 0 end
function querying:capture_name_for_id(id)
  return this(self, 'capture_name_for_id').told.names[argument.integer(id, 1, 'capture_name_for_id') + 1]
end
function querying:capture_index_for_name(name)
  for i, known in ipairs(this(self, 'capture_index_for_name').told.names) do
    if known == name then return i - 1 end
  end
  return nil
end

-- What is known of a pattern; nil when there is no such.
local function of_pattern(self, method, pattern)
  return this(self, method).told.patterns[argument.integer(pattern, 1, method) + 1]
end

for method, name in pairs{
  start_byte_for_pattern = 'start', end_byte_for_pattern = 'end', is_pattern_rooted = 'rooted', is_pattern_non_local = 'non_local',
  get_text_predicates = 'texts', get_property_predicates = 'properties', get_property_settings = 'settings',
} do
  querying[method] = function(self, pattern)
    local known = of_pattern(self, method, pattern)
    if not known then return fail(INVALID, 'there is no such pattern') end
    return known[name]
  end
end

function querying:capture_quantifier(pattern, capture)
  local known = of_pattern(self, 'capture_quantifier', pattern)
  return known and known.quantifiers[argument.integer(capture, 2, 'capture_quantifier') + 1]
end

function querying:is_pattern_guaranteed(byte)
  this(self, 'is_pattern_guaranteed')
  return ask('treesitter.query', self.language.name, self.pattern, argument.integer(byte, 1, 'is_pattern_guaranteed'))
end

function querying:close() argument.object(self, QUERY, 'close').closed = true end

return treesitter
