-- A coroutine per process in one Lua: two of them with mailboxes and a run queue exchange `count` messages and their answers.
-- Messages are not copied and nobody is kept apart. Runs in any Lua.
return function(count, kind)
  local queue, first, last = {}, 1, 0
  local mailboxes, waiting = {}, {}

  local function send(to, message)
    local box = mailboxes[to]
    box.last = box.last + 1
    box[box.last] = message
    if waiting[to] then
      waiting[to] = false
      last = last + 1
      queue[last] = to
    end
  end

  local function receive(self)
    local box = mailboxes[self]
    if box.first > box.last then
      waiting[self] = true
      coroutine.yield()
    end
    local message = box[box.first]
    box[box.first] = nil
    box.first = box.first + 1
    return message
  end

  local function spawn(run)
    local self = coroutine.create(run)
    mailboxes[self] = { first = 1, last = 0 }
    last = last + 1
    queue[last] = self
    return self
  end

  local asker
  local echo = spawn(function()
    local self = coroutine.running()
    while true do send(asker, receive(self)) end
  end)
  asker = spawn(function()
    local self = coroutine.running()
    for i = 1, count do
      send(echo, kind == "number" and i or { from = self, id = i, data = { "hello", 3.5, true } })
      receive(self)
    end
  end)

  while first <= last do
    local next = queue[first]
    queue[first] = nil
    first = first + 1
    coroutine.resume(next)
  end
  return count
end
