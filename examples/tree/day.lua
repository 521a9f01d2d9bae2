local io = require("io")
local supervisor = require("supervisor")
local time = require("time")

local known = {} -- pids seen so far

-- Every child of the shop, new ones with a star.
local function show(title)
  local line = {}
  for _, name in ipairs{ "app:shop", "app:desk", "app:guests" } do
    for _, child in ipairs(supervisor.which_children(name)) do
      line[#line + 1] = child.id .. (known[child.pid] and "" or "*")
      known[child.pid] = true
    end
  end
  io.print(title .. ": " .. table.concat(line, " "))
end

-- Lets a process fail and waits until its name, or its supervisor, is somebody else's.
local function fail(name, why)
  local before = process.registry.lookup(name)
  process.send(name, "fail", why)
  while (process.registry.lookup(name) or before) == before do time.sleep("5ms") end
end

local function main()
  show("the doors open")

  supervisor.start_child("app:guests", {})
  supervisor.start_child("app:guests", {})
  show("two guests come")

  fail("clerk", "a wrong sum")
  show("the clerk fails, and takes the till along")

  fail("clerk", "another wrong sum")
  show("again, which is too often: the desk gives up, and with it go the guests")

  fail("store", "a fire")
  show("the store fails, and everything after it starts anew")

  io.print("restarts in the shop: " .. supervisor.count_children("app:shop").restarts)
  return 0
end

return { main = main }
