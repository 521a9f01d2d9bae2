-- What is left to finalize when the process ends is never run.
-- ends: well
-- alone: yes
for i = 1, 100 do setmetatable({}, { __gc = function() while true do end end }) end
