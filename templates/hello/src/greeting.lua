local greeting = {}

function greeting.of(name)
  return "Hello, " .. (name or "world") .. "!"
end

return greeting
