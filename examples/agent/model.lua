-- Talks to a model over HTTP, in the protocol that the environment names. It has the key; whoever asks it has not.

local env = require("env")
local http_client = require("http_client")
local json = require("json")

local protocols = { openai = require("openai"), anthropic = require("anthropic") }

local function complete(wanted)
  local name = env.get("MODEL_PROTOCOL")
  local protocol = protocols[name]
  if not protocol then return nil, "there is no protocol " .. name .. ": MODEL_PROTOCOL is openai or anthropic" end
  local url = env.get("MODEL_URL") or ""
  if url == "" then url = "http://127.0.0.1:" .. env.get("MODEL_PORT") .. protocol.path end
  local body = protocol.request(env.get("MODEL_NAME"), wanted)
  local headers = protocol.headers(env.get("MODEL_KEY"))
  headers["content-type"] = "application/json"
  local response, err = http_client.post(url, { headers = headers, body = json.encode(body), timeout = "120s" })
  if err then return nil, "the model cannot be reached at " .. url .. ": " .. tostring(err) end
  local answer, malformed = json.decode(response.body)
  if malformed or type(answer) ~= "table" then return nil, url .. " answered " .. response.status_code .. ", and no JSON" end
  if response.status_code ~= 200 then
    local why = type(answer.error) == "table" and answer.error.message or response.body
    return nil, url .. " answered " .. response.status_code .. ": " .. why
  end
  return protocol.answer(answer)
end

local function main()
  local inbox = process.inbox()
  while true do
    local wanted = inbox:receive():payload():data()
    local answer, err = complete(wanted)
    process.send(wanted.from, "answer", answer or { error = err })
  end
end

return { main = main }
