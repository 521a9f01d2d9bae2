-- How many messages two processes exchange in a second.

local time = require("time")
local await = require("patience").await

local ROUND = 100 -- messages between two looks at the clock
local BATCH = 200 -- messages one way, before a receipt
local FOR = time.SECOND

-- Calls `round` until a second has passed; returns how many messages a second that were.
local function rate(round)
  local start, done = time.now(), 0
  repeat
    done = done + round()
    local passed = time.now():sub(start):nanoseconds()
    if passed >= FOR then return done * time.SECOND / passed end
  until false
end

local function thousands(n)
  local backwards = string.format("%.0f", n):reverse():gsub("(%d%d%d)", "%1,")
  return (backwards:reverse():gsub("^,", ""))
end

local function rates()
  return "Two processes, each in a memory of its own, exchange messages", function(say)
    local echo = process.spawn("tour:echo", "tour:processes")
    local pong, counted = process.listen("pong"), process.listen("counted")
    local both = rate(function()
      for _ = 1, ROUND do
        process.send(echo, "ping")
        pong:receive()
      end
      return 2 * ROUND
    end)
    say("one after another, there and back: %s messages a second", thousands(both))
    local sent = 0
    local oneway = rate(function()
      for i = 1, BATCH do process.send(echo, "count", i) end
      sent = sent + BATCH
      process.send(echo, "report")
      return await(counted, "the receipt")
    end)
    say("two hundred at a time, one way:    %s messages a second", thousands(oneway))
    process.terminate(echo)
    return thousands(oneway) .. " messages a second one way, " .. thousands(both) .. " there and back", both > 0 and oneway > 0
  end
end

return { rates = rates }
