-- activity: what a function knows of the workflow that calls it.

local host = ...
local ask = host.ask

local activity = {}

--- activity.heartbeat(...) → true | nil, err: it lives; the values are handed to the next attempt, should there be one.
function activity.heartbeat(...) return ask('activity.heartbeat', '', ...) end

--- activity.details() → the values of the last heartbeat, of this attempt or of one before it; nil when there was none.
function activity.details() return ask('activity.details', '') end

--- activity.info() → { attempt, idempotency_key, workflow_id, workflow_type } | nil, err
function activity.info() return ask('activity.info', '') end

return activity
