-- Regular expressions, differences between texts, long texts in pieces. The host computes them, in a thread beside the node's.
--
-- A Regexp is {pattern, names of its groups}, a Differ {options}, a Splitter {verb, options}.
local host = ...
local argument = host.require_runtime('argument')
local ask, setmetatable, type, ipairs = host.ask, setmetatable, type, ipairs
local concat, gsub = table.concat, string.gsub

local REGEXP, DIFFER, SPLITTER = 'text.Regexp', 'text.Differ', 'text.Splitter'
local matching, differing, splitting = {}, {}, {}
local Regexp = host.userdata{ __name = REGEXP, __metatable = REGEXP, __index = matching }
local Differ = host.userdata{ __name = DIFFER, __metatable = DIFFER, __index = differing }
local Splitter = host.userdata{ __name = SPLITTER, __metatable = SPLITTER, __index = splitting }

local text = { regexp = {}, diff = {}, splitter = {} }

--- text.regexp.compile(pattern in the syntax of RE2) → Regexp | nil, err
function text.regexp.compile(pattern)
  pattern = argument.string(pattern, 1, 'compile')
  local names, err = ask('text.compile', pattern)
  if not names then return nil, err end
  return setmetatable({ pattern, names }, Regexp)
end

local function pattern_of(self, method) return argument.object(self, REGEXP, method)[1] end

for _, method in ipairs{
  'match_string', 'find_string', 'find_all_string', 'find_string_submatch', 'find_all_string_submatch', 'find_string_index', 'find_all_string_index',
} do
  --- (text) → what was found, nil when there is nothing | nil, err
  matching[method] = function(self, subject)
    return ask('text.' .. method, pattern_of(self, method), argument.string(subject, 1, method))
  end
end

--- regexp:replace_all_string(text, replacement with $1, ${name}, $$) → text | nil, err
function matching:replace_all_string(subject, replacement)
  local pattern = pattern_of(self, 'replace_all_string')
  subject, replacement = argument.string(subject, 1, 'replace_all_string'), argument.string(replacement, 2, 'replace_all_string')
  return ask('text.replace_all_string', pattern, subject, replacement)
end

--- regexp:split(text, most = all) → { part, … } | nil, err
function matching:split(subject, most)
  local pattern = pattern_of(self, 'split')
  if most ~= nil then most = argument.integer(most, 2, 'split') end
  return ask('text.split', pattern, argument.string(subject, 1, 'split'), most)
end

--- How many groups there are.
function matching:num_subexp() return #argument.object(self, REGEXP, 'num_subexp')[2] - 1 end

--- The names of the groups, that of the whole first; '' for those without.
function matching:subexp_names()
  local names = {}
  for at, name in ipairs(argument.object(self, REGEXP, 'subexp_names')[2]) do names[at] = name end
  return names
end

--- The pattern.
function matching:string() return pattern_of(self, 'string') end

local function optional(options, method)
  if options ~= nil then argument.table(options, 1, method) end
  return options
end

--- text.diff.new{ diff_timeout, diff_edit_cost, match_threshold, match_distance, patch_delete_threshold, patch_margin }? → Differ
function text.diff.new(options)
  return setmetatable({ optional(options, 'new') }, Differ)
end

local function two(self, method, a, b)
  local options = argument.object(self, DIFFER, method)[1]
  return ask('text.' .. method, '', options, argument.string(a, 1, method), argument.string(b, 2, method))
end

--- differ:compare(before, after) → { { operation = 'equal' | 'delete' | 'insert', text = … }, … } | nil, err
function differing:compare(before, after) return two(self, 'compare', before, after) end

--- differ:patch_make(before, after) → { { text = patch }, … } | nil, err
function differing:patch_make(before, after) return two(self, 'patch_make', before, after) end

--- differ:patch_apply(patches, text) → text, whether all of them could be applied | nil, err
function differing:patch_apply(patches, subject)
  local options = argument.object(self, DIFFER, 'patch_apply')[1]
  local texts = {}
  for _, patch in ipairs(argument.table(patches, 1, 'patch_apply')) do
    if type(patch) == 'table' and type(patch.text) == 'string' then texts[#texts + 1] = patch.text end
  end
  return ask('text.patch_apply', '', options, texts, argument.string(subject, 2, 'patch_apply'))
end

-- Each difference of a list, as a function writes it.
local function written(self, method, diffs, write)
  argument.object(self, DIFFER, method)
  local parts = {}
  for _, diff in ipairs(argument.table(diffs, 1, method)) do
    if type(diff) == 'table' and type(diff.text) == 'string' then parts[#parts + 1] = write(diff.operation, diff.text) end
  end
  return concat(parts)
end

local COLORS = { insert = '\27[32m', delete = '\27[31m' }

--- differ:pretty_text(differences) → text for a terminal
function differing:pretty_text(diffs)
  return written(self, 'pretty_text', diffs, function(operation, part)
    local color = COLORS[operation]
    return color and color .. part .. '\27[0m' or part
  end)
end

local ENTITIES = { ['&'] = '&amp;', ['<'] = '&lt;', ['>'] = '&gt;', ['"'] = '&#34;', ["'"] = '&#39;', ['\n'] = '&para;<br>' }
local TAGS = { insert = 'ins style="background:#e6ffe6;"', delete = 'del style="background:#ffe6e6;"' }

--- differ:pretty_html(differences) → HTML
function differing:pretty_html(diffs)
  return written(self, 'pretty_html', diffs, function(operation, part)
    local tag = TAGS[operation] or 'span'
    return '<' .. tag .. '>' .. gsub(part, '[&<>"\'\n]', ENTITIES) .. '</' .. tag:match('^%a+') .. '>'
  end)
end

--- differ:summarize(differences) → { insertions =, deletions =, equals = }, in bytes
function differing:summarize(diffs)
  local count = { insert = 0, delete = 0, equal = 0 }
  written(self, 'summarize', diffs, function(operation, part)
    if count[operation] then count[operation] = count[operation] + #part end
    return ''
  end)
  return { insertions = count.insert, deletions = count.delete, equals = count.equal }
end

for _, verb in ipairs{ 'recursive', 'markdown' } do
  --- text.splitter.recursive{ chunk_size = 4000, chunk_overlap = 200, … }? → Splitter
  text.splitter[verb] = function(options)
    return setmetatable({ 'text.' .. verb, optional(options, verb) }, Splitter)
  end
end

--- splitter:split_text(text) → { piece, … } | nil, err
function splitting:split_text(subject)
  local splitter = argument.object(self, SPLITTER, 'split_text')
  return ask(splitter[1], '', splitter[2], argument.string(subject, 1, 'split_text'))
end

--- splitter:split_batch{ { content =, metadata = }, … } → the same in pieces, each with the metadata of its page | nil, err
function splitting:split_batch(pages)
  local splitter = argument.object(self, SPLITTER, 'split_batch')
  local pieces = {}
  for _, page in ipairs(argument.table(pages, 1, 'split_batch')) do
    if type(page) == 'table' and type(page.content) == 'string' then
      local split, err = ask(splitter[1], '', splitter[2], page.content)
      if not split then return nil, err end
      for _, piece in ipairs(split) do pieces[#pieces + 1] = { content = piece, metadata = page.metadata or {} } end
    end
  end
  return pieces
end

return text
