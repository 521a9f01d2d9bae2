-- Waiting that ends: what does not come within a few seconds has failed.

local time = require("time")

local LONGEST = "5s"

--- The next value of a channel; an error when none comes.
local function await(from, what)
  local patience = time.timer(LONGEST)
  local chosen = channel.select({ from:case_receive(), patience:channel():case_receive() })
  patience:stop()
  if chosen.channel == from then return chosen.value end
  error("nothing heard of " .. what)
end

return { await = await }
