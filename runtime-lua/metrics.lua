-- What is counted and measured. Each gives true, or nil and an Error; labels are a table of texts.
local host = ...
local argument = host.require_runtime('argument')
local ask, error, type = host.ask, error, host.type

local metrics = {}

local function tell(verb, name, value, labels, where)
  if type(value) ~= 'number' then error("bad argument #2 to '" .. where .. "' (number expected, got " .. type(value) .. ')', 3) end
  if labels ~= nil then argument.table(labels, 3, where) end
  return ask(verb, argument.string(name, 1, where), value, labels)
end

--- metrics.counter_inc(name, labels?) → true | nil, err
function metrics.counter_inc(name, labels) return tell('metrics.count', name, 1, labels, 'counter_inc') end
--- metrics.counter_add(name, value, labels?) → true | nil, err
function metrics.counter_add(name, value, labels) return tell('metrics.count', name, value, labels, 'counter_add') end
--- metrics.gauge_set(name, value, labels?) → true | nil, err
function metrics.gauge_set(name, value, labels) return tell('metrics.set', name, value, labels, 'gauge_set') end
--- metrics.gauge_inc(name, labels?) → true | nil, err
function metrics.gauge_inc(name, labels) return tell('metrics.shift', name, 1, labels, 'gauge_inc') end
--- metrics.gauge_dec(name, labels?) → true | nil, err
function metrics.gauge_dec(name, labels) return tell('metrics.shift', name, -1, labels, 'gauge_dec') end
--- metrics.histogram(name, value, labels?) → true | nil, err
function metrics.histogram(name, value, labels) return tell('metrics.observe', name, value, labels, 'histogram') end

return metrics
