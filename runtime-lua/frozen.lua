-- Tables that nobody changes any more: `table.freeze` and `table.isfrozen`, for code whose text looks as if it used them.
--
-- A frozen table is empty, so that each assignment is seen; what it held is in another table, which reading, `#` and `pairs` are led to.
-- Field 3 of its metatable tells the companion: `next` walks that table, and it is sent in place of the frozen one.

local host = ...
local base, table = host.library.base, host.library.table
local error, next, rawset, setmetatable, type = error, next, rawset, setmetatable, host.type

base.next = host.native.next(next)

local function refuse()
  error("attempt to modify a readonly table", 2)
end

local function held(t)
  local meta = host.meta_of(t)
  return meta and meta[3]
end

local function checked(t, name)
  if type(t) ~= "table" then error("bad argument #1 to '" .. name .. "' (table expected, got " .. type(t) .. ")", 3) end
  return t
end

--- table.freeze(t) → t; what lies in it can still be changed. A table that its metatable protects is refused.
function table.freeze(t)
  if held(checked(t, "freeze")) then return t end
  local old = host.meta_of(t)
  if old and old.__metatable ~= nil then error("cannot freeze a table with a protected metatable", 2) end
  local values, meta = {}, {}
  for key, value in next, t do values[key] = value end
  for key in next, values do rawset(t, key, nil) end
  if old then
    for name, value in next, old do meta[name] = value end
    setmetatable(values, old)
  end
  meta[1], meta[3] = "table", values
  meta.__index, meta.__newindex, meta.__metatable = values, refuse, old or false
  function meta.__len() return #values end
  function meta.__pairs() return next, values, nil end
  return setmetatable(t, meta)
end

function table.isfrozen(t)
  return held(checked(t, "isfrozen")) ~= nil
end
