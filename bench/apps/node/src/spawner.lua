-- Spawns and monitors `count` processes; ends when each has ended, or has said that it is up.
local function main(count, how)
  count = tonumber(count)
  local ups = process.listen("up")
  local heard = how == "ends" and process.events() or ups
  for _ = 1, count do assert(process.spawn_monitored("bench:" .. how, "bench:processes", process.pid())) end
  for _ = 1, count do heard:receive() end
end

return { main = main }
