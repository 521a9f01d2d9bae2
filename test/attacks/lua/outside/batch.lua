-- A thousand requests at once.
-- ends: well never LUA_ERROR
-- modules: http_client ctx
local list = {}
for i = 1, 1000 do list[i] = { "GET", "http://127.0.0.1:" .. ctx.get("port") .. "/" .. i, { timeout = "200ms" } } end
local answers = http_client.request_batch(list)
return answers and answers[1]
