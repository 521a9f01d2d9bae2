-- An empty string, a thousand million million times.
-- ends: PROCESS_FUEL PROCESS_MEMORY well
local s = (""):rep(1e15)
s = (""):rep(1e15, "")
