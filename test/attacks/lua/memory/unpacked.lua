-- A million places unpacked.
-- ends: LUA_ERROR PROCESS_MEMORY
return select("#", table.unpack({}, 1, 1e6)) and nil
