-- Timers made and stopped, for ever.
-- ends: never
-- modules: time
while true do time.ticker("1h"):stop() end
