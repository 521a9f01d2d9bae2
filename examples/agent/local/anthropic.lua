-- Answers as Anthropic's messages do.

local http = require("http")
local uuid = require("uuid")
local script = require("script")

local function refuse(res, status, kind, message)
  res:set_status(status)
  res:write_json{ type = "error", error = { type = kind, message = message } }
end

-- The question, and what came of the calls that the model made.
local function read(messages)
  local question, results, names = "", {}, {}
  for _, message in ipairs(messages) do
    local blocks = type(message.content) == "string" and { { type = "text", text = message.content } } or message.content
    for _, block in ipairs(blocks) do
      if block.type == "text" and message.role == "user" then question = block.text end
      if block.type == "tool_use" then names[block.id] = block.name end
      if block.type == "tool_result" then
        results[#results + 1] = { name = names[block.tool_use_id], text = block.content, is_error = block.is_error }
      end
    end
  end
  return question, results
end

return function()
  local req, res = http.request(), http.response()
  if req:header("x-api-key") ~= "local" then return refuse(res, 401, "authentication_error", "the key is wrong: this model takes the key \"local\"") end
  if not req:header("anthropic-version") then return refuse(res, 400, "invalid_request_error", "anthropic-version is missing") end
  local body = req:body_json()
  if type(body) ~= "table" or type(body.messages) ~= "table" or type(body.max_tokens) ~= "number" then
    return refuse(res, 400, "invalid_request_error", "messages and max_tokens are needed")
  end
  local text, wanted = script.answer(read(body.messages))
  local content = {}
  if text ~= "" then content[1] = { type = "text", text = text } end
  if wanted then content[#content + 1] = { type = "tool_use", id = "toolu_" .. uuid.v4(), name = wanted.name, input = wanted.input } end
  res:write_json{
    id = "msg_" .. uuid.v4(),
    type = "message",
    role = "assistant",
    model = body.model,
    content = content,
    stop_reason = wanted and "tool_use" or "end_turn",
    usage = { input_tokens = 0, output_tokens = 0 },
  }
end
