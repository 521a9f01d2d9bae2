-- A function that calls itself without end.
-- ends: well LUA_ERROR never
-- modules: funcs
return (funcs.new():call("app:calls_itself", 1))
