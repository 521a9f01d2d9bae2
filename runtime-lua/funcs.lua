-- funcs: call functions by id, now or later.

local host = ...
local ask = host.ask
local runtime = host.require_runtime
local future = host.require_runtime("future")
local argument = host.require_runtime("argument")
local type, error, pairs, setmetatable = type, error, pairs, setmetatable

local function invalid(message)
  return nil, runtime("errors").new{ kind = "Invalid", message = message }
end

local function check(id)
  if type(id) ~= "string" then error("bad argument #1 (function id expected, got " .. type(id) .. ")", 3) end
  if id == "" then return "function id is required" end
  local ns, name = id:match("^([^:]*):(.*)$")
  if not ns or ns == "" or name == "" then return "invalid function id: " .. id .. " (expected ns:name)" end
end

local function async(options, id, ...)
  local wrong = check(id)
  if wrong then return invalid(wrong) end
  return future("funcs.call", id, options or false, ...)
end

local function call(options, id, ...)
  local wrong = check(id)
  if wrong then return invalid(wrong) end
  return ask("funcs.call", id, options or false, ...)
end

-- Executor: an immutable builder of call options.
local Executor = {}
local executor_meta = host.userdata{ __index = Executor, __name = "executor", __metatable = "executor" }

local function with(executor, key, value)
  local options = {}
  for k, v in pairs(executor.options) do options[k] = v end
  options[key] = value
  return setmetatable({ options = options }, executor_meta)
end
local function overlay(executor, key, extra)
  if type(extra) ~= "table" then error("bad argument #1 (table expected, got " .. type(extra) .. ")", 3) end
  local all = {}
  for k, v in pairs(executor.options[key] or {}) do all[k] = v end
  for k, v in pairs(extra) do all[k] = v end
  return with(executor, key, all)
end


function Executor:with_context(values) return overlay(self, "context", values) end
function Executor:with_options(values)
  local allowed, err = argument.network(values)
  if not allowed then return nil, err end
  return overlay(self, "options", values)
end
function Executor:with_actor(actor) return with(self, "actor", argument.sealed(actor, "actor", "with_actor")) end
function Executor:with_scope(scope) return with(self, "scope", argument.sealed(scope, "scope", "with_scope")) end
function Executor:call(id, ...) return call(self.options, id, ...) end
function Executor:async(id, ...) return async(self.options, id, ...) end

return {
  call = function(id, ...) return call(nil, id, ...) end,
  async = function(id, ...) return async(nil, id, ...) end,
  new = function() return setmetatable({ options = {} }, executor_meta) end,
}
