-- process: who I am, messages, spawning, links, monitors, names.

local host = ...
local ask, send = host.ask, host.send
local runtime = host.require_runtime
local argument = host.require_runtime("argument")
local error, type, setmetatable, pairs, select = error, type, setmetatable, pairs, select

local process = {}

local function invalid(message)
  return nil, runtime("errors").new{ kind = "Invalid", message = message }
end

local function text(value, position, name)
  if type(value) ~= "string" then
    error("bad argument #" .. position .. " to '" .. name .. "' (string expected, got " .. type(value) .. ")", 3)
  end
  return value
end

function process.pid() return host.pid() end
function process.id() return host.entry() end

process.send = send

-- Spawning: the ask carries the host, what is wanted besides (monitor, link, exec), the options of a spawner, then main's arguments.
local function spawn(how, options, id, on, ...)
  return ask("process.spawn", text(id, 1, how), text(on, 2, how), how, options or false, ...)
end
local ways = { "spawn", "spawn_monitored", "spawn_linked", "spawn_linked_monitored" }
for _, how in pairs(ways) do
  process[how] = function(id, on, ...) return spawn(how, nil, id, on, ...) end
end
function process.exec(id, on, ...) return spawn("exec", nil, id, on, ...) end

local function toward(op)
  return function(to, ...)
    return ask("process." .. op, text(to, 1, op), ...)
  end
end
for _, op in pairs{ "terminate", "cancel", "monitor", "unmonitor", "link", "unlink" } do process[op] = toward(op) end

function process.get_options() return ask("process.get_options", "") end
function process.set_options(options)
  if type(options) ~= "table" then error("bad argument #1 to 'set_options' (table expected, got " .. type(options) .. ")", 2) end
  local ok, err = ask("process.set_options", "", options)
  if ok then return true end
  return false, err
end

function process.inbox() return host.inbox() end
function process.events() return host.events() end

local function topic_of(topic, name)
  text(topic, 1, name)
  if topic == "" then return nil, "topic must not be empty" end
  if topic:sub(1, 1) == "@" then return nil, "cannot listen to @ topics" end
  return topic
end

function process.listen(topic, options)
  local valid, why = topic_of(topic, "listen")
  if not valid then return invalid(why) end
  local listener = host.listener(topic)
  if listener then return listener end
  return host.listen(topic, type(options) == "table" and options.message == true)
end

function process.unlisten(channel)
  if host.unlisten(channel) then channel:__unlisten() end
end

function process.upgrade(id, ...)
  local ok, err = ask("process.upgrade", id or "", ...)
  return ok, err
end

process.event = { CANCEL = "pid.cancel", EXIT = "pid.exit", LINK_DOWN = "pid.link.down", OUTDATED = "pid.outdated" }

process.registry = {
  LOCAL = 0, EVENTUAL = 1, CONSISTENT = 2, STRONG = 3,
  register = function(name, pid, scope)
    return ask("process.registry.register", text(name, 1, "register"), pid and text(pid, 2, "register") or "", scope or 0)
  end,
  lookup = function(name) return ask("process.registry.lookup", text(name, 1, "lookup")) end,
  unregister = function(name, scope)
    local done, err = ask("process.registry.unregister", text(name, 1, "unregister"), scope or 0)
    if done == nil then return false, err end
    return done
  end,
}

-- Spawner: an immutable builder of spawn options.
local Spawner = {}
local spawner_meta = host.userdata{ __index = Spawner, __name = "spawner", __metatable = "spawner" }

local function with(spawner, key, value)
  local options = {}
  for k, v in pairs(spawner and spawner.options or {}) do options[k] = v end
  options[key] = value
  return setmetatable({ options = options }, spawner_meta)
end

local function merged(spawner, key, extra)
  local all = {}
  for k, v in pairs(spawner and spawner.options[key] or {}) do all[k] = v end
  for k, v in pairs(extra) do all[k] = v end
  return with(spawner, key, all)
end

local function table_of(value, name)
  if type(value) ~= "table" then error("bad argument #1 to '" .. name .. "' (table expected, got " .. type(value) .. ")", 3) end
  return value
end

local function optioned(spawner, values)
  local allowed, err = argument.network(values)
  if not allowed then error(err, 0) end
  return merged(spawner, "options", values)
end

function Spawner:with_context(values) return merged(self, "context", table_of(values, "with_context")) end
function Spawner:with_options(values) return optioned(self, table_of(values, "with_options")) end
function Spawner:with_actor(actor) return with(self, "actor", argument.sealed(actor, "actor", "with_actor")) end
function Spawner:with_scope(scope) return with(self, "scope", argument.sealed(scope, "scope", "with_scope")) end
function Spawner:with_name(name) return with(self, "name", text(name, 1, "with_name")) end
function Spawner:with_message(topic, ...)
  local messages = {}
  for i, message in pairs(self.options.messages or {}) do messages[i] = message end
  messages[#messages + 1] = { topic = text(topic, 1, "with_message"), payload = host.encode(...) }
  return with(self, "messages", messages)
end
for _, how in pairs(ways) do
  Spawner[how] = function(self, id, on, ...) return spawn(how, self.options, id, on, ...) end
end
function Spawner:exec(id, on, ...) return spawn("exec", self.options, id, on, ...) end

function process.with_context(values) return merged(nil, "context", table_of(values, "with_context")) end
function process.with_options(values) return optioned(nil, table_of(values, "with_options")) end

return process
