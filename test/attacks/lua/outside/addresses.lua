-- Every way to write the address of this machine, and of what lies behind it, in a request.
-- ends: well
-- modules: http_client ctx
local port = ctx.get("port")
for _, host in ipairs{ "127.0.0.1", "localhost", "localhost.", "LOCALHOST", "x.localhost", "127.1", "0x7f.1", "0x7f000001", "2130706433",
  "0177.0.0.1", "127.000.000.001", "0.0.0.0", "0", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:7f00:1]",
  "[::127.0.0.1]", "[64:ff9b::7f00:1]", "example.org@127.0.0.1", "a:b@127.0.0.1", "127.0.0.1%00.example.org", "127。0。0。1" } do
  for _, url in ipairs{ "http://" .. host .. ":" .. port .. "/", "HTTP://" .. host .. ":" .. port .. "/?x#y", "http:\\\\" .. host .. ":" .. port } do
    local ok, answer = pcall(http_client.get, url, { timeout = "200ms" })
    if ok and answer then return url end
  end
end
