-- An actor that answers a question with tools, and writes those that are missing. What it may do, its scope decides; here it only tries.

local funcs = require("funcs")
local json = require("json")
local registry = require("registry")
local sandbox = require("sandbox")

local TURNS = 12
local NAMESPACE = "app.tools:"
local SYSTEM = [[You answer questions with tools. When none fits you write one in Lua 5.4: a chunk that returns a function of one text.
Try it with try_tool until it is right, keep it with save_tool, then use it with use_tool. Answer in one sentence.]]

local function tool(name, description, properties, required)
  return { name = name, description = description, schema = { type = "object", properties = properties, required = required } }
end
local text = { type = "string" }

local TOOLS = {
  tool("try_tool", "Runs code in a sandbox and gives what its function returns for the input.", { code = text, input = text }, { "code", "input" }),
  tool("save_tool", "Keeps code as a tool of that name.", { name = text, description = text, code = text }, { "name", "description", "code" }),
  tool("use_tool", "Gives what a tool returns for the input.", { name = text, input = text }, { "name", "input" }),
}

local function shown(value)
  return type(value) == "string" and value or json.encode(value)
end

-- Each does what the model asks for. → what the model is told, what people see; or nil and an error
local does = {}

function does.try_tool(input)
  local outcome, err = sandbox.run(input.code, { policy = "app:tryout", input = input.input })
  if err then return nil, err end
  local what = outcome.ok and shown(outcome.value) or outcome.error.kind .. ": " .. outcome.error.message
  return what, string.format('"%s" → %s', input.input, what)
end

function does.save_tool(input)
  local id = NAMESPACE .. input.name
  local snapshot = registry.snapshot()
  local changes = snapshot:changes()
  local entry = { id = id, kind = "function.lua", meta = { type = "tool", comment = input.description }, data = { source = input.code } }
  if snapshot:get(id) then changes:update(entry) else changes:create(entry) end
  local version, err = changes:apply()
  if err then return nil, err end
  local what = id .. " is there since " .. version:string()
  return what, what
end

function does.use_tool(input)
  local value, err = funcs.call(NAMESPACE .. input.name, input.input)
  if err then return nil, err end
  return shown(value), string.format('%s("%s") → %s', input.name, input.input, shown(value))
end

local function main(question, model, parent)
  local inbox = process.inbox()
  local function say(who, what) process.send(parent, "line", { who = who, what = what }) end

  local function perform(call)
    local act = does[call.name]
    local told, seen = nil, errors.new{ message = "there is no tool " .. tostring(call.name), kind = errors.INVALID }
    if act then told, seen = act(call.input) end
    if told then
      say("  " .. call.name, seen)
      return { id = call.id, name = call.name, text = told }
    end
    say("  " .. call.name, tostring(seen))
    return { id = call.id, name = call.name, text = tostring(seen), is_error = true }
  end

  local turns = { { role = "user", text = question } }
  for _ = 1, TURNS do
    process.send(model, "complete", { from = process.pid(), system = SYSTEM, turns = turns, tools = TOOLS })
    local answer = inbox:receive():payload():data()
    if answer.error then return nil, answer.error end
    if answer.text ~= "" then say("agent", answer.text) end
    if #answer.calls == 0 then return answer.text end
    local results = {}
    for i, call in ipairs(answer.calls) do results[i] = perform(call) end
    turns[#turns + 1] = { role = "assistant", text = answer.text, calls = answer.calls }
    turns[#turns + 1] = { role = "tools", results = results }
  end
  return nil, "the model came to no end in " .. TURNS .. " turns"
end

return { main = main }
