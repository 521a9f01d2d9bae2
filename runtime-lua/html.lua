-- HTML of strangers, cleaned by a policy. The host does it, in a thread beside the node's.
--
-- A Policy is a list of rules, each { name, argument, … }; an AttrBuilder is {policy, attributes, pattern}.
local host = ...
local argument = host.require_runtime('argument')
local ask, select, setmetatable = host.ask, select, setmetatable
local ipairs = ipairs

local POLICY, BUILDER = 'html.Policy', 'html.AttrBuilder'
local methods, building = {}, {}
local Policy = host.userdata{ __name = POLICY, __metatable = POLICY, __index = methods }
local Builder = host.userdata{ __name = BUILDER, __metatable = BUILDER, __index = building }

local html = { sanitize = {} }

local function policy_with(...) return setmetatable({ ... }, Policy) end

--- A policy that allows nothing.
function html.sanitize.new_policy() return policy_with() end
--- A policy for what users write: formatting, links, images, lists, tables.
function html.sanitize.ugc_policy() return policy_with({ 'ugc' }) end
--- A policy that leaves text only.
function html.sanitize.strict_policy() return policy_with() end

local function strings(method, ...)
  local given = {}
  for at = 1, select('#', ...) do given[at] = argument.string((select(at, ...)), at, method) end
  return given
end

local function add(policy, ...)
  policy[#policy + 1] = { ... }
  return policy
end

for _, method in ipairs{ 'allow_elements', 'allow_url_schemes' } do
  --- (name, …) → the policy
  methods[method] = function(self, ...)
    return add(argument.object(self, POLICY, method), method, strings(method, ...))
  end
end

for _, method in ipairs{
  'require_parseable_urls', 'allow_relative_urls', 'require_nofollow_on_links', 'require_noreferrer_on_links',
  'add_target_blank_to_fully_qualified_links',
} do
  --- (boolean) → the policy
  methods[method] = function(self, on)
    return add(argument.object(self, POLICY, method), method, on and true or false)
  end
end

for _, method in ipairs{
  'allow_standard_urls', 'allow_data_uri_images', 'allow_standard_attributes', 'allow_images', 'allow_lists', 'allow_tables',
} do
  --- () → the policy
  methods[method] = function(self) return add(argument.object(self, POLICY, method), method) end
end

--- policy:allow_attrs(name, …) → AttrBuilder, which says where
function methods:allow_attrs(...)
  return setmetatable({ argument.object(self, POLICY, 'allow_attrs'), strings('allow_attrs', ...) }, Builder)
end

--- builder:matching(pattern of values) → AttrBuilder | nil, err
function building:matching(pattern)
  local builder = argument.object(self, BUILDER, 'matching')
  pattern = argument.string(pattern, 1, 'matching')
  local ok, err = ask('html.pattern', pattern)
  if not ok then return nil, err end
  builder[3] = pattern
  return builder
end

--- builder:on_elements(name, …) → the policy
function building:on_elements(...)
  local builder = argument.object(self, BUILDER, 'on_elements')
  return add(builder[1], 'allow_attrs', builder[2], strings('on_elements', ...), builder[3] or false)
end

--- builder:globally() → the policy
function building:globally()
  local builder = argument.object(self, BUILDER, 'globally')
  return add(builder[1], 'allow_attrs', builder[2], false, builder[3] or false)
end

--- policy:sanitize(html) → html | nil, err
function methods:sanitize(text)
  local policy = argument.object(self, POLICY, 'sanitize')
  local rules = {}
  for at, rule in ipairs(policy) do rules[at] = rule end
  return ask('html.sanitize', '', rules, argument.string(text, 1, 'sanitize'))
end

return html
