-- Tickers that tick all the time, read by nobody.
-- ends: never well LUA_ERROR PROCESS_MEMORY
-- modules: time
for i = 1, 2000 do time.ticker(1) end
while true do time.sleep(1000) end
