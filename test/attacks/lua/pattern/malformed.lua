-- Patterns that are none.
-- ends: well
for _, p in ipairs{ "[", "[^", "%", "(", "%b", "%bx", "%f", "%1", ("("):rep(40), "[]", "[a", "[%", "[a-" } do
  if pcall(string.find, "x", p) and p ~= "[]" then return p end
end
