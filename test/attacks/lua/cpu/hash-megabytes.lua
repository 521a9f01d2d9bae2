-- Long strings as keys.
-- ends: never PROCESS_MEMORY
local s, t = ("x"):rep(1e6), {}
while true do local k = s .. #t t[k] = nil end
