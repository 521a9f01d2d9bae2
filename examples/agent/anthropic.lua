-- The messages of Anthropic.

local anthropic = { path = "/v1/messages" }

local MOST_TOKENS = 2048

function anthropic.headers(key)
  return { ["x-api-key"] = key, ["anthropic-version"] = "2023-06-01" }
end

local function blocks_of(turn)
  local blocks = {}
  if turn.role == "tools" then
    for i, result in ipairs(turn.results) do
      local block = { type = "tool_result", tool_use_id = result.id, content = result.text, is_error = result.is_error or false }
      blocks[i] = block
    end
    return blocks
  end
  if turn.text ~= "" then blocks[1] = { type = "text", text = turn.text } end
  for _, call in ipairs(turn.calls or {}) do
    blocks[#blocks + 1] = { type = "tool_use", id = call.id, name = call.name, input = call.input }
  end
  return blocks
end

function anthropic.request(model, wanted)
  local messages, tools = {}, {}
  for i, turn in ipairs(wanted.turns) do
    messages[i] = { role = turn.role == "tools" and "user" or turn.role, content = blocks_of(turn) }
  end
  for i, tool in ipairs(wanted.tools) do
    tools[i] = { name = tool.name, description = tool.description, input_schema = tool.schema }
  end
  return { model = model, max_tokens = MOST_TOKENS, system = wanted.system, messages = messages, tools = tools }
end

--- → { text =, calls = { { id =, name =, input = } } }, or nil and an error
function anthropic.answer(body)
  if type(body.content) ~= "table" then return nil, "the answer has no content" end
  local texts, calls = {}, {}
  for _, block in ipairs(body.content) do
    if block.type == "text" then texts[#texts + 1] = block.text end
    if block.type == "tool_use" then calls[#calls + 1] = { id = block.id, name = block.name, input = block.input } end
  end
  return { text = table.concat(texts, "\n"), calls = calls }
end

return anthropic
