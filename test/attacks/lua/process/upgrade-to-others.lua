-- Code that it may not run, as its own.
-- ends: well
local ok = process.upgrade("app:privileged")
return ok
