-- The variables of the machine.
-- ends: well LUA_ERROR
-- modules: env
if not env then return end
local v = env.get("ATTACK_SECRET")
local all = env.get_all and env.get_all()
return v or (all and all.ATTACK_SECRET)
