-- Code that would take everything: time, memory, processes. Meanwhile a ticker shows how the others fare.

local time = require("time")
local await = require("patience").await

local ON = "tour:processes"
local WATCH = "700ms"

local ticker, reports

local function lateness()
  if not ticker then
    reports = process.listen("ticks")
    ticker = process.spawn("tour:ticker", ON, process.pid())
  end
  process.send(ticker, "report")
  return await(reports, "the ticker")
end

-- Figures of the ticker while time passes and nothing else is asked of it.
local function watch()
  if ticker then lateness() end
  time.sleep(WATCH)
  return lateness()
end

-- Waits for the end of a process; returns the error it ended with.
local function death_of(pid)
  local events = process.events()
  while true do
    local event = await(events, "the end of " .. pid)
    if event.kind == process.event.EXIT and event.from == pid then return event.result.error end
  end
end

local function endless_loop()
  return "`while true do end` runs beside a ticker that wakes every 10 ms", function(say)
    lateness()
    local calm = watch()
    say("alone:           %3d ticks, late by %5.2f ms (median), %5.2f ms (99 %%)", calm.ticks, calm.median, calm.p99)
    local loops = {}
    for i = 1, 3 do loops[i] = process.spawn_monitored("tour:endless", ON) end
    local busy = watch()
    say("with three such: %3d ticks, late by %5.2f ms (median), %5.2f ms (99 %%)", busy.ticks, busy.median, busy.p99)
    local ended = 0
    for _, pid in ipairs(loops) do
      process.terminate(pid)
      if death_of(pid) then ended = ended + 1 end
    end
    say("%d of 3 ended by process.terminate", ended)
    local line = string.format("three endless loops beside a ticker: late by %.2f ms instead of %.2f ms (median)", busy.median, calm.median)
    return line, ended == 3 and busy.ticks * 2 > calm.ticks
  end
end

local function memory_bomb()
  return "A process keeps everything it ever made; it may have 8 MiB", function(say)
    lateness()
    local before = time.now()
    local pid = process.spawn_monitored("tour:hoarder", ON)
    local err = death_of(pid)
    local took = time.now():sub(before):milliseconds()
    say("ended after %d ms: %s", took, tostring(err))
    local others = lateness()
    say("the ticker goes on: %d ticks meanwhile, late by %.2f ms at worst", others.ticks, others.worst)
    return "a memory bomb ended alone, after " .. took .. " ms", err ~= nil and others.ticks > 0
  end
end

local function process_flood()
  return "A process starts copies of itself without end; its host has room for 500", function(say)
    local refused = process.listen("refused")
    lateness()
    local before = time.now()
    process.spawn("tour:forker", "tour:cage", process.pid())
    local why = await(refused, "the forkers")
    local took = time.now():sub(before):milliseconds()
    say("full after %d ms: %s", took, why)
    time.sleep("200ms")
    local others = lateness()
    say("the ticker goes on: %d ticks meanwhile, late by %.2f ms (median)", others.ticks, others.median)
    process.terminate(ticker)
    return "a process flood stopped at the host's limit, after " .. took .. " ms", others.ticks > 0
  end
end

return { endless_loop = endless_loop, memory_bomb = memory_bomb, process_flood = process_flood }
