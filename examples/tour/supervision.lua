-- A supervised process fails, and fails again.

local time = require("time")
local await = require("patience").await

local CRASHES = 4
local FIRST_DELAY = 100 -- of the service, in milliseconds; each later one is twice as long

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
      growing = growing and waits[crash] >= FIRST_DELAY * 2 ^ (crash - 1)
      say("crash %d: back after %4d ms as %s", crash, waits[crash], fragile)
    end
    return "restarted " .. CRASHES .. " times, after " .. table.concat(waits, ", ") .. " ms", growing
  end
end

return { crashes = crashes }
