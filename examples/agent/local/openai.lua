-- Answers as OpenAI's chat completions do.

local http = require("http")
local json = require("json")
local uuid = require("uuid")
local script = require("script")

local function refuse(res, status, message)
  res:set_status(status)
  res:write_json{ error = { message = message, type = "invalid_request_error" } }
end

-- The question, and what came of the calls that the model made.
local function read(messages)
  local question, results, names = "", {}, {}
  for _, message in ipairs(messages) do
    if message.role == "user" then question = message.content end
    for _, call in ipairs(message.tool_calls or {}) do names[call.id] = call["function"].name end
    if message.role == "tool" then
      local refused = message.content:match("^permission denied") ~= nil
      results[#results + 1] = { name = names[message.tool_call_id], text = message.content, is_error = refused }
    end
  end
  return question, results
end

return function()
  local req, res = http.request(), http.response()
  if req:header("authorization") ~= "Bearer local" then return refuse(res, 401, "the key is wrong: this model takes the key \"local\"") end
  local body = req:body_json()
  if type(body) ~= "table" or type(body.messages) ~= "table" then return refuse(res, 400, "messages are missing") end
  local text, wanted = script.answer(read(body.messages))
  local message = { role = "assistant", content = text }
  if wanted then
    local call = { name = wanted.name, arguments = json.encode(wanted.input) }
    message.tool_calls = { { id = "call_" .. uuid.v4(), type = "function", ["function"] = call } }
  end
  res:write_json{
    id = "chatcmpl-" .. uuid.v4(),
    object = "chat.completion",
    model = body.model,
    choices = { { index = 0, message = message, finish_reason = wanted and "tool_calls" or "stop" } },
    usage = { prompt_tokens = 0, completion_tokens = 0, total_tokens = 0 },
  }
end
