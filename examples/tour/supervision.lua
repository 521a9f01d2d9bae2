-- A supervised process fails, and fails again.

local time = require("time")
local await = require("patience").await

local CRASHES = 4

local function crashes()
  return "A process crashes; its supervisor starts it again, each time later", function(say)
    process.registry.register("tour")
    local up = process.listen("up")
    local fragile = await(up, "the fragile process")
    local waits, growing = {}, true
    for crash = 1, CRASHES do
      local before = time.now()
      process.send(fragile, "crash")
      fragile = await(up, "the fragile process")
      waits[crash] = time.now():sub(before):milliseconds()
      growing = growing and (crash == 1 or waits[crash] > waits[crash - 1])
      say("crash %d: back after %4d ms as %s", crash, waits[crash], fragile)
    end
    return "restarted " .. CRASHES .. " times, after " .. table.concat(waits, ", ") .. " ms", growing
  end
end

return { crashes = crashes }
