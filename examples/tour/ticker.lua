-- Wakes every 10 ms and notes how late. Asked for a report, it gives the figures since the last one.

local time = require("time")

local EVERY = 10 * time.MILLISECOND

local function figures(late)
  table.sort(late)
  local function at(part) return (late[math.ceil(#late * part)] or 0) / time.MILLISECOND end
  return { ticks = #late, median = at(0.5), p99 = at(0.99), worst = at(1) }
end

local function main(owner)
  local inbox, late = process.inbox(), {}
  local next_tick = time.now():add(EVERY)
  while true do
    local wait = next_tick:sub(time.now()):nanoseconds()
    local chosen = channel.select({ inbox:case_receive(), time.after(math.max(1, wait)):case_receive() })
    if chosen.channel == inbox then
      process.send(owner, "ticks", figures(late))
      late = {}
    else
      local now = time.now()
      late[#late + 1] = now:sub(next_tick):nanoseconds()
      next_tick = now:add(EVERY)
    end
  end
end

return { main = main }
