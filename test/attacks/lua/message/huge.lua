-- One message larger than any mailbox.
-- ends: well PROCESS_MEMORY
local ok, err = process.send("victim", "x", ("x"):rep(3e6))
return ok
