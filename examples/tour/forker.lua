-- Starts copies of itself for as long as the host takes them; tells the owner when one is refused, and waits to be ended.

local function main(owner)
  local pid, err
  repeat
    pid, err = process.spawn("tour:forker", "tour:cage", owner)
  until not pid
  process.send(owner, "refused", err:message())
  process.events():receive()
end

return { main = main }
