-- Finalizers that make what is finalized next.
-- ends: never PROCESS_MEMORY
local function make() return setmetatable({}, { __gc = function() make() end }) end
make()
while true do local t = {} end
