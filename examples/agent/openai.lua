-- The chat completions of OpenAI, and of all that are compatible with them.

local json = require("json")

local openai = { path = "/v1/chat/completions" }

function openai.headers(key)
  return { authorization = "Bearer " .. key }
end

local function called(call)
  return { id = call.id, type = "function", ["function"] = { name = call.name, arguments = json.encode(call.input) } }
end

function openai.request(model, wanted)
  local messages = { { role = "system", content = wanted.system } }
  for _, turn in ipairs(wanted.turns) do
    if turn.role == "tools" then
      for _, result in ipairs(turn.results) do
        messages[#messages + 1] = { role = "tool", tool_call_id = result.id, content = result.text }
      end
    else
      local message = { role = turn.role, content = turn.text }
      for i, call in ipairs(turn.calls or {}) do
        message.tool_calls = message.tool_calls or {}
        message.tool_calls[i] = called(call)
      end
      messages[#messages + 1] = message
    end
  end
  local tools = {}
  for i, tool in ipairs(wanted.tools) do
    local offered = { name = tool.name, description = tool.description, parameters = tool.schema }
    tools[i] = { type = "function", ["function"] = offered }
  end
  return { model = model, messages = messages, tools = tools }
end

--- → { text =, calls = { { id =, name =, input = } } }, or nil and an error
function openai.answer(body)
  local choice = body.choices and body.choices[1]
  if not choice or not choice.message then return nil, "the answer has no message" end
  local calls = {}
  for i, call in ipairs(choice.message.tool_calls or {}) do
    local input, malformed = json.decode(call["function"].arguments)
    if malformed then return nil, "the arguments of " .. call["function"].name .. " are no JSON" end
    calls[i] = { id = call.id, name = call["function"].name, input = input }
  end
  return { text = choice.message.content or "", calls = calls }
end

return openai
