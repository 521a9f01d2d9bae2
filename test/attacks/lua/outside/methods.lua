-- Methods and headers that would be a second request.
-- ends: well
-- modules: http_client ctx
local url = "http://127.0.0.1:" .. ctx.get("port") .. "/"
for _, bad in ipairs{ "GET / HTTP/1.1\r\nHost: x\r\n\r\nGET", "G\0T", "", "GET " } do
  local ok, answer = pcall(http_client.request, bad, url, { timeout = "200ms", headers = { [bad] = bad, Host = bad, ["__proto__"] = bad } })
  if ok and answer then return bad end
end
