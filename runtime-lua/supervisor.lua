-- The children of a supervisor (`process.supervisor`), which is named by its entry, its pid or a registered name.
local host = ...
local argument = host.require_runtime('argument')
local ask, ipairs = host.ask, ipairs

local supervisor = {}

--- supervisor.start_child(sup, spec | args) → pid | nil, err
--- spec is { id =, process =, host =, args =, restart =, shutdown =, significant =, name = }; for simple_one_for_one a list of arguments.
function supervisor.start_child(sup, spec)
  if spec ~= nil then argument.table(spec, 2, 'start_child') end
  return ask('supervisor.start_child', argument.string(sup, 1, 'start_child'), spec)
end

for _, verb in ipairs{ 'restart_child', 'terminate_child', 'delete_child' } do
  --- (sup, id) → the new pid, or true; a child of simple_one_for_one is terminated by its pid
  supervisor[verb] = function(sup, id)
    return ask('supervisor.' .. verb, argument.string(sup, 1, verb), argument.string(id, 2, verb))
  end
end

--- supervisor.which_children(sup) → { { id =, pid =, state =, type =, restarts = }, … } in the order of their start | nil, err
function supervisor.which_children(sup) return ask('supervisor.which_children', argument.string(sup, 1, 'which_children')) end

--- supervisor.count_children(sup) → { specs =, active =, supervisors =, workers =, restarts = } | nil, err
function supervisor.count_children(sup) return ask('supervisor.count_children', argument.string(sup, 1, 'count_children')) end

return supervisor
