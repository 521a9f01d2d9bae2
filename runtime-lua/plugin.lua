-- What a process whose code is WebAssembly runs: the component of its own entry.
local host = ...
local ask = host.ask

local plugin = {}

--- plugin.run(...) → what the component's method returns | nil, err
function plugin.run(...)
  return ask('plugin.run', '', ...)
end

return plugin
