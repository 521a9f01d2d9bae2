-- Durations that are none.
-- ends: never well
-- modules: time
for _, d in ipairs{ 0 / 0, -1, -1 / 0, 0, 1e-300, math.mininteger, "", "-1h", "1e9h", "NaN", {}, false } do
  coroutine.spawn(function() pcall(time.after, d) pcall(time.sleep, d) end)
end
