-- wippy.test:test: describe what code should do, run it, and tell whoever listens how each case ended.
--
-- An app imports it as `test: wippy.test:test`; it is here without any hub, and gives way to a module that brings an entry of that id.
-- Cases are told as messages on the topic `test:update`, { type = "test:case:…", data = { suite, test, duration, … } }, to the pid that
-- whoever runs a test passes as options.pid, or has put into the context as parent_pid; all of them come back in the result as well.

local time = require("time")
local ctx = require("ctx")

local test = {}

local TOPIC = "test:update"
local DEEPEST = 8 -- tables within tables that are written out
local MOST = 200 -- lines of a value
local WIDEST = 4000 -- characters of a text

test.event = {
  DISCOVER = "test:discover",
  PLAN = "test:plan",
  CASE_START = "test:case:start",
  CASE_PASS = "test:case:pass",
  CASE_FAIL = "test:case:fail",
  CASE_SKIP = "test:case:skip",
  COMPLETE = "test:complete",
  ERROR = "test:error",
}

-- Suites: a tree of names with cases and hooks.

local roots: {any} = {}
local current: any = nil

function test.suite(name: string): any
  return {
    name = name,
    full_path = name,
    parent = nil,
    children = {},
    tests = {},
    hooks = { before_all = {}, after_all = {}, before_each = {}, after_each = {} },
  }
end

local function within(what: string): any
  if not current then error(what .. " stands within a describe block", 3) end
  return current
end

function test.describe(name: string, define: () -> ()): any
  local suite = test.suite(tostring(name))
  local outer = current
  if outer then
    suite.parent = outer
    suite.full_path = outer.full_path .. " > " .. suite.name
    table.insert(outer.children, suite)
  else
    table.insert(roots, suite)
  end
  current = suite
  define()
  current = outer
  return suite
end

test.spec = test.describe
test.context = test.describe

-- Where the code stands that has called the function that asks: "src/cart_test.lua:12".
local function caller(): string?
  local _, at = pcall(error, "", 4)
  return tostring(at):match("^(.+:%d+):")
end

function test.it(name: string, fn: () -> ())
  table.insert(within("it").tests, { name = tostring(name), fn = fn, skipped = false, at = caller() })
end

function test.it_skip(name: string, fn: any)
  table.insert(within("it_skip").tests, { name = tostring(name), fn = fn, skipped = true })
end

function test.before_all(fn: () -> ()) table.insert(within("before_all").hooks.before_all, fn) end
function test.after_all(fn: () -> ()) table.insert(within("after_all").hooks.after_all, fn) end
function test.before_each(fn: () -> ()) table.insert(within("before_each").hooks.before_each, fn) end
function test.after_each(fn: () -> ()) table.insert(within("after_each").hooks.after_each, fn) end

-- Values, written out so that two of them can be compared line by line.

local function key_text(key: any): string
  if type(key) == "string" and key:match("^[%a_][%w_]*$") then return key end
  return "[" .. (type(key) == "string" and string.format("%q", key) or tostring(key)) .. "]"
end

local function by_name(a: any, b: any): boolean
  local x, y = type(a), type(b)
  if x ~= y then return x < y end
  if x == "number" or x == "string" then return a < b end
  return tostring(a) < tostring(b)
end

local function has_text(value: any): boolean
  local meta = getmetatable(value)
  return type(meta) == "table" and (meta.__tostring ~= nil or meta.__name ~= nil)
end

local function write(value: any, indent: string, seen: any, lines: {string}, lead: string, tail: string)
  if #lines >= MOST then return end
  if type(value) == "string" then
    local text = #value > WIDEST and value:sub(1, WIDEST) .. "…" or value
    table.insert(lines, indent .. lead .. string.format("%q", text):gsub("\\\n", "\\n") .. tail)
    return
  end
  if type(value) ~= "table" or has_text(value) then
    table.insert(lines, indent .. lead .. tostring(value) .. tail)
    return
  end
  if next(value) == nil then
    table.insert(lines, indent .. lead .. "{}" .. tail)
    return
  end
  if seen[value] or #indent >= 2 * DEEPEST then
    table.insert(lines, indent .. lead .. (seen[value] and "{ itself }" or "{ … }") .. tail)
    return
  end
  seen[value] = true
  table.insert(lines, indent .. lead .. "{")
  local keys = {}
  for key in pairs(value) do
    if not (math.type(key) == "integer" and key >= 1 and key <= #value) then table.insert(keys, key) end
  end
  table.sort(keys, by_name)
  for at = 1, #value do write(value[at], indent .. "  ", seen, lines, "", ",") end
  for _, key in ipairs(keys) do write(value[key], indent .. "  ", seen, lines, key_text(key) .. " = ", ",") end
  table.insert(lines, indent .. "}" .. tail)
  seen[value] = nil
end

local function written(value: any): string
  local lines: {string} = {}
  write(value, "", {}, lines, "", "")
  if #lines >= MOST then table.insert(lines, "…") end
  return table.concat(lines, "\n")
end

local function short(value: any): string
  local text = written(value):gsub("%s*\n%s*", " ")
  return #text > 200 and text:sub(1, 200) .. "…" or text
end

local function is_same(a: any, b: any, seen: any): boolean
  if a == b then return true end
  if type(a) ~= "table" or type(b) ~= "table" then return false end
  if seen[a] == b then return true end
  seen[a] = b
  for key, value in pairs(a) do
    if not is_same(value, b[key], seen) then return false end
  end
  for key in pairs(b) do
    if a[key] == nil then return false end
  end
  return true
end

-- Assertions. What fails is an error at the line that asserts; what was expected is kept for whoever tells of it.

local failure: any = nil

local function refusal(msg: string?, what: string, sides: any?): string
  local text = (msg or "assertion failed") .. ": " .. what
  failure = { text = text }
  if sides then
    local e, a = sides.expected, sides.actual
    -- Texts of several lines are compared as they are.
    local raw = type(e) == "string" and type(a) == "string" and (e .. a):find("\n", 1, true)
    failure.expected = raw and e:sub(1, WIDEST) or written(e)
    failure.actual = raw and a:sub(1, WIDEST) or written(a)
  end
  return text
end

function test.eq(actual: any, expected: any, msg: string?)
  if actual == expected then return end
  local what = "expected " .. short(expected) .. ", got " .. short(actual)
  if type(actual) == "table" and type(expected) == "table" and is_same(actual, expected, {}) then
    what = "two tables with the same content are not equal: compare them with test.same"
  end
  error(refusal(msg, what, { expected = expected, actual = actual }), 2)
end

function test.neq(actual: any, expected: any, msg: string?)
  if actual == expected then error(refusal(msg, "expected something other than " .. short(expected)), 2) end
end

function test.same(actual: any, expected: any, msg: string?)
  if is_same(actual, expected, {}) then return end
  error(refusal(msg, "expected " .. short(expected) .. ", got " .. short(actual), { expected = expected, actual = actual }), 2)
end

function test.ok(val: any, msg: string?): any
  if not val then error(refusal(msg, "expected a truthy value, got " .. tostring(val)), 2) end
  return val
end

function test.fail(msg: string?)
  error(msg or "assertion failed", 2)
end

function test.is_nil(val: any, msg: string?)
  if val ~= nil then error(refusal(msg, "expected nil, got " .. short(val)), 2) end
end

function test.not_nil(val: any, msg: string?): any
  if val == nil then error(refusal(msg, "expected a non-nil value"), 2) end
  return val
end

function test.is_true(val: any, msg: string?)
  if val ~= true then error(refusal(msg, "expected true, got " .. short(val)), 2) end
end

function test.is_false(val: any, msg: string?)
  if val ~= false then error(refusal(msg, "expected false, got " .. short(val)), 2) end
end

function test.is_string(val: any, msg: string?): string
  if type(val) ~= "string" then error(refusal(msg, "expected string, got " .. short(val)), 2) end
  return val
end

function test.is_number(val: any, msg: string?): number
  if type(val) ~= "number" then error(refusal(msg, "expected number, got " .. short(val)), 2) end
  return val
end

function test.is_table(val: any, msg: string?): any
  if type(val) ~= "table" then error(refusal(msg, "expected table, got " .. short(val)), 2) end
  return val
end

function test.is_function(val: any, msg: string?): any
  if type(val) ~= "function" then error(refusal(msg, "expected function, got " .. short(val)), 2) end
  return val
end

function test.is_boolean(val: any, msg: string?): boolean
  if type(val) ~= "boolean" then error(refusal(msg, "expected boolean, got " .. short(val)), 2) end
  return val
end

function test.contains(str: any, substr: string, msg: string?): string
  if type(str) ~= "string" or not str:find(substr, 1, true) then
    error(refusal(msg, "expected a string that contains " .. short(substr) .. ", got " .. short(str)), 2)
  end
  return str
end

function test.matches(str: any, pattern: string, msg: string?): string
  if type(str) ~= "string" or not str:match(pattern) then
    error(refusal(msg, "expected a string that matches " .. short(pattern) .. ", got " .. short(str)), 2)
  end
  return str
end

function test.has_key(tbl: any, key: any, msg: string?): any
  if type(tbl) ~= "table" then error(refusal(msg, "expected table, got " .. short(tbl)), 2) end
  if tbl[key] == nil then error(refusal(msg, "expected a table with the key " .. short(key) .. ", got " .. short(tbl)), 2) end
  return tbl[key]
end

function test.len(val: any, expected: number, msg: string?)
  local has = (type(val) == "table" or type(val) == "string") and #val or nil
  if has ~= expected then
    error(refusal(msg, "expected length " .. tostring(expected) .. ", got " .. (has and tostring(has) or short(val))), 2)
  end
end

local function compared(sign: string, holds: (any, any) -> boolean)
  return function(a: any, b: any, msg: string?)
    if not holds(a, b) then error(refusal(msg, "expected " .. short(a) .. " " .. sign .. " " .. short(b)), 2) end
  end
end

test.gt = compared(">", function(a, b) return a > b end)
test.gte = compared(">=", function(a, b) return a >= b end)
test.lt = compared("<", function(a, b) return a < b end)
test.lte = compared("<=", function(a, b) return a <= b end)

function test.throws(fn: () -> (), msg: string?): any
  local ok, err = pcall(fn)
  if ok then error(refusal(msg, "expected an error, and there was none"), 2) end
  return err
end

function test.has_error(val: any, err: any, msg: string?)
  if val ~= nil then error(refusal(msg, "expected nil and an error, got " .. short(val)), 2) end
  if err == nil then error(refusal(msg, "expected an error, got nil"), 2) end
end

function test.no_error(_val: any, err: any, msg: string?)
  if err ~= nil then error(refusal(msg, "unexpected error: " .. tostring(err)), 2) end
end

-- The same in another wording, which older tests are written in: expect(x).to_equal(1).

local MATCHERS: { [string]: (any, any) -> boolean } = {
  equal = function(actual, expected) return is_same(actual, expected, {}) end,
  be_nil = function(actual) return actual == nil end,
  be_true = function(actual) return actual == true end,
  be_false = function(actual) return actual == false end,
  be_type = function(actual, name) return type(actual) == name end,
  contain = function(actual, part) return type(actual) == "string" and actual:find(part, 1, true) ~= nil end,
  match = function(actual, pattern) return type(actual) == "string" and actual:match(pattern) ~= nil end,
  have_key = function(actual, key) return type(actual) == "table" and actual[key] ~= nil end,
  be_greater_than = function(actual, bound) return actual > bound end,
  be_greater_than_or_equal = function(actual, bound) return actual >= bound end,
  be_less_than = function(actual, bound) return actual < bound end,
  be_less_than_or_equal = function(actual, bound) return actual <= bound end,
}

function test.expect(actual: any): any
  local matchers = {}
  for name, holds in pairs(MATCHERS) do
    local words = name:gsub("_", " ")
    local bare = words == "be nil" or words == "be true" or words == "be false"
    local function told(wanted: boolean, expected: any, msg: string?)
      if holds(actual, expected) == wanted then return end
      local what = "expected " .. short(actual) .. (wanted and " to " or " not to ") .. words .. (bare and "" or " " .. short(expected))
      local text = (msg or "assertion failed") .. ": " .. what
      failure = { text = text }
      if wanted and name == "equal" then failure.expected, failure.actual = written(expected), written(actual) end
      error(text, 3)
    end
    matchers["to_" .. name] = function(expected: any, msg: string?) told(true, expected, msg) end
    matchers["not_to_" .. name] = function(expected: any, msg: string?) told(false, expected, msg) end
  end
  return matchers
end

-- Mocks: a global table gives way to one that differs in a field, until the case is over.

local mocked: { [string]: any } = {} -- by the name of the global: what it was
local replaced: { [string]: any } = {} -- by path: the replacement

local send = process and process.send

local function renew(name: string)
  local original = mocked[name]
  local fields = {}
  for path, value in pairs(replaced) do
    local owner, field = path:match("^(.-)%.(.+)$")
    if owner == name then fields[field] = value end
  end
  if next(fields) == nil then
    _G[name] = original
    mocked[name] = nil
    return
  end
  local copy = {}
  for key, value in pairs(original) do copy[key] = value end
  for key, value in pairs(fields) do copy[key] = value end
  _G[name] = setmetatable(copy, { __index = original })
end

function test.mock(path: any, replacement: any): any
  local name, field = tostring(path):match("^([%a_][%w_]*)%.([%a_][%w_]*)$")
  if type(path) ~= "string" or not name then error("a mock is named \"object.field\", for example \"process.send\"", 2) end
  local original = mocked[name]
  if original == nil then original = _G[name] end
  if type(original) ~= "table" then error("there is no global table " .. name .. " to mock " .. field .. " of", 2) end
  mocked[name] = original
  replaced[path] = replacement
  renew(name)
  return test
end

function test.mock_process(field: string, replacement: any): any
  return test.mock("process." .. field, replacement)
end

function test.restore_mock(path: string): any
  if replaced[path] ~= nil then
    replaced[path] = nil
    renew((path:match("^(.-)%.")))
  end
  return test
end

function test.restore_all_mocks(): any
  replaced = {}
  for name, original in pairs(mocked) do _G[name] = original end
  mocked = {}
  return test
end

-- Names of tables were once needed to mock them.
function test.register_mock_namespace(_target: any, _name: string): any
  return test
end

-- Telling of it.

local listener: any = nil

function test.setup_process_integration(options: any): boolean
  if type(options) ~= "table" or not options.pid or not send then return false end
  listener = { pid = options.pid, topic = options.topic or TOPIC, ref_id = options.ref_id }
  return true
end

function test.send_message(kind: string, data: any)
  if not listener then return end
  if listener.ref_id and data.ref_id == nil then data.ref_id = listener.ref_id end
  send(listener.pid, listener.topic, { type = kind, data = data })
end

local function seconds_since(start: any): number
  return time.now():sub(start):milliseconds() / 1000
end

local function tell(kind: string, data: any)
  data.timestamp = time.now():unix()
  test.send_message(kind, data)
end

function test.report_error(message: string, context: string?)
  tell(test.event.ERROR, { message = message, context = context or "test" })
end

-- Running.

local results: any = nil

local function lineage(suite: any): {any}
  local line = {}
  local at = suite
  while at do
    table.insert(line, 1, at)
    at = at.parent
  end
  return line
end

-- What went wrong, or nil.
local function attempt(fn: () -> (), what: string?): any
  failure = nil
  local ok, err = pcall(fn)
  if ok then return nil end
  local text = (type(err) == "table" and not has_text(err)) and short(err) or tostring(err)
  local told = failure
  failure = nil
  -- An error that somebody caught on the way is none of this one's.
  if told and text:sub(-#told.text) ~= told.text then told = nil end
  return { error = what and what .. ": " .. text or text, expected = told and told.expected, actual = told and told.actual }
end

local function run_hooks(hooks: {any}, what: string): any
  for _, hook in ipairs(hooks) do
    local wrong = attempt(hook, what)
    if wrong then return wrong end
  end
  return nil
end

local function finish(suite: any, name: string, at: string?, wrong: any, duration: number)
  local outcome: any = { suite = suite.full_path, name = name, status = wrong and "fail" or "pass", duration = duration }
  local data: any = { suite = suite.full_path, test = name, duration = duration }
  if wrong then
    outcome.error = wrong.error
    data.error, data.expected, data.actual, data.at = wrong.error, wrong.expected, wrong.actual, at
  end
  local kind = wrong and "failed" or "passed"
  results[kind] = results[kind] + 1
  table.insert(results.tests, outcome)
  tell(wrong and test.event.CASE_FAIL or test.event.CASE_PASS, data)
end

local function skip(suite: any, name: string)
  results.skipped = results.skipped + 1
  table.insert(results.tests, { suite = suite.full_path, name = name, status = "skip" })
  tell(test.event.CASE_SKIP, { suite = suite.full_path, test = name })
end

local function run_case(suite: any, case: any, broken: any)
  if case.skipped then return skip(suite, case.name) end
  local start = time.now()
  tell(test.event.CASE_START, { suite = suite.full_path, test = case.name })
  local line = lineage(suite)
  local wrong = broken
  for _, each in ipairs(line) do
    wrong = wrong or run_hooks(each.hooks.before_each, "before_each")
  end
  wrong = wrong or attempt(case.fn)
  if not broken then
    for at = #line, 1, -1 do
      local late = run_hooks(line[at].hooks.after_each, "after_each")
      wrong = wrong or late
    end
  end
  test.restore_all_mocks()
  finish(suite, case.name, case.at, wrong, seconds_since(start))
end

local function run_suite(suite: any, outside: any)
  local broken = outside or run_hooks(suite.hooks.before_all, "before_all of " .. suite.name)
  for _, case in ipairs(suite.tests) do run_case(suite, case, broken) end
  for _, child in ipairs(suite.children) do run_suite(child, broken) end
  if not outside then
    local wrong = run_hooks(suite.hooks.after_all, "after_all of " .. suite.name)
    test.restore_all_mocks()
    if wrong then finish(suite, "after_all", nil, wrong, 0) end
  end
end

local function planned(suite: any, list: {any}): {any}
  for _, case in ipairs(suite.tests) do table.insert(list, { name = case.name, skipped = case.skipped }) end
  for _, child in ipairs(suite.children) do planned(child, list) end
  return list
end

function test.run(): any
  results = { total = 0, passed = 0, failed = 0, skipped = 0, duration = 0, tests = {} }
  local start = time.now()
  local plan = { suites = {} }
  for _, suite in ipairs(roots) do table.insert(plan.suites, { name = suite.name, tests = planned(suite, {}) }) end
  tell(test.event.PLAN, plan)
  for _, suite in ipairs(roots) do run_suite(suite, nil) end
  results.total = #results.tests
  results.duration = seconds_since(start)
  tell(test.event.COMPLETE, {
    total = results.total,
    passed = results.passed,
    failed = results.failed,
    skipped = results.skipped,
    duration = results.duration,
    status = results.failed > 0 and "failed" or "passed",
  })
  return results
end

local function summary(): any
  local suites: { [string]: any } = {}
  for _, case in ipairs(results.tests) do
    local suite = suites[case.suite] or { name = case.suite, status = "ok", tests = {} }
    suites[case.suite] = suite
    if case.status == "fail" then suite.status = "error" end
    table.insert(suite.tests, {
      name = case.name,
      status = case.status,
      duration_ms = case.duration and case.duration * 1000,
      error = case.error,
    })
  end
  return {
    timestamp = time.now():unix(),
    status = results.failed > 0 and "error" or "ok",
    total_tests = results.total,
    passed_tests = results.passed,
    failed_tests = results.failed,
    skipped_tests = results.skipped,
    duration_ms = results.duration * 1000,
    test_suites = suites,
    ref_id = listener and listener.ref_id,
  }
end

-- What cases may use without naming the module.
local SHARED = {
  "describe", "expect", "it", "it_skip", "before_all", "after_all", "before_each", "after_each",
  "mock", "mock_process", "restore_mock", "restore_all_mocks",
}

function test.run_cases(define: () -> ()): (any) -> any
  return function(options: any): any
    test.restore_all_mocks()
    roots, current, listener = {}, nil, nil
    if not test.setup_process_integration(options) then
      local pid = ctx.get("parent_pid")
      if pid then
        test.setup_process_integration({ pid = pid, topic = ctx.get("test_topic"), ref_id = type(options) == "table" and options.ref_id or nil })
      end
    end
    for _, name in ipairs(SHARED) do _G[name] = test[name] end
    local ok, err = pcall(define)
    if ok then test.run() end
    for _, name in ipairs(SHARED) do _G[name] = nil end
    roots = {}
    if not ok then
      test.report_error(tostring(err), "describe")
      error(err, 0)
    end
    return summary()
  end
end

return test
