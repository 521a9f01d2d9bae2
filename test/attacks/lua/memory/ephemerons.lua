-- A chain of weak keys, which the collector follows link by link.
-- ends: never PROCESS_MEMORY PROCESS_FUEL
local t = setmetatable({}, { __mode = "k" })
local k = {}
for i = 1, 1e9 do local n = {} t[k] = n k = n end
return t[k]
