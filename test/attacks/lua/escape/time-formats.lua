-- Dates of formats without end.
-- ends: well LUA_ERROR PROCESS_MEMORY PROCESS_FUEL
if os and os.date then
  pcall(os.date, ("%c"):rep(1e5))
  pcall(os.date, "%Ez%Q%")
  pcall(os.date, "*t", 1e300)
  pcall(os.time, { year = 1e9, month = 1, day = 1 })
end
