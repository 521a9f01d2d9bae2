-- Every function of every module, with everything but what it wants.
-- ends: well LUA_ERROR never PROCESS_FUEL PROCESS_MEMORY
-- modules: events time registry env ctx logger funcs
local odd = { false, true, 0, -1, 0 / 0, "", "x", {}, print, math.maxinteger, ("x"):rep(1e4), { { {} } } }
local done = { terminate = true, sleep = true, exit = true }
for _, m in ipairs{ process, process.registry, events, time, registry, env, ctx, logger, funcs, errors or {} } do
  for name, f in pairs(m) do
    if type(f) == "function" and not done[name] and not name:find("^spawn") and name ~= "exec" then
      for _, a in ipairs(odd) do coroutine.spawn(function() pcall(f, a) pcall(f, a, a, a, a) end) end
    end
  end
end
