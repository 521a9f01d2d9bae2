-- Calls a function `count` times, one call after the other.
local function calling(id)
  return function(count)
    local call = funcs.new()
    for i = 1, tonumber(count) do
      local value, err = call:call(id, i)
      if err then error(err) end
      if value ~= i + 1 then error("it came to " .. tostring(value)) end
    end
  end
end

return { functions = calling("bench:next"), plugins = calling("bench:next_in_plugin") }
