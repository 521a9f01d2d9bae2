-- Addresses that are no requests: files, sockets, other protocols, and addresses that only clouds have.
-- ends: well
-- modules: http_client ctx
for _, url in ipairs{ "file:///etc/passwd", "unix:/var/run/docker.sock", "gopher://127.0.0.1/", "ftp://127.0.0.1/", "data:text/plain,x",
  "javascript:1", "ws://127.0.0.1/", "//127.0.0.1/", "http://", "http:///", "", "\0", "http://169.254.169.254/latest/meta-data/",
  "http://[fe80::1]/", "http://10.0.0.1/", "http://192.168.0.1/", "http://100.64.0.1/", "http://[fd00::1]/" } do
  for _, options in ipairs{ { timeout = "200ms" }, { timeout = "200ms", unix_socket = "/var/run/docker.sock" } } do
    local ok, answer = pcall(http_client.request, "GET", url, options)
    if ok and answer then return url end
  end
end
