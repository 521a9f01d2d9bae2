// Codes of what runs: processes, Lua, services, supervisors, functions, contracts, security, workflows. One line each: code | what | why | how to mend.

export const process = `
ACTIVITY_DETAILS | What an activity reports of itself cannot be kept. | Details of a heartbeat have a bound. | Report less: a position, not the data.
ACTIVITY_NONE | A heartbeat was sent outside of an activity. | Only functions called by a workflow have heartbeats. | Leave it out elsewhere.
ACTIVITY_TIMEOUT | An activity took longer than it may, or sent no heartbeat in time. | Its call has a timeout or a heartbeat. | Make it shorter, raise the timeout, or send heartbeats.
ALREADY_MONITORING | The process is watched already. | One watch is enough: its end is told once. | Leave the second monitor out.
ASKS_TOO_MANY | A process has asked for much that is not answered yet. | What it asks for waits in the node; that is bounded in number, and by the size of its memory. | Wait for answers before asking for more.
BUDGET_DEPTH | Budgets are nested too deep. | Each level is looked at with every step. | Let one budget serve several levels.
BUDGET_DURABLE | A durable process was started within a budget. | It would outlive the budget. | Start it from outside of the budget.
BUDGET_PROCESSES | The processes of a budget are used up. | It says how many there may be at once. | Let some end, or raise the limit.
BUDGET_SUPERVISED | A child of a supervisor was started within a budget. | It would outlive the budget. | Start it from outside of the budget, or spawn it without the supervisor.
CALL_CANCELED | A call was given up. | Its caller ended or canceled it. | Nothing to mend, unless nobody meant to.
CHILD_KNOWN | The supervisor has a child of that id. | Ids of children are their names. | Choose another id, or delete the child first.
CHILD_NOT_FOUND | The supervisor has no such child. | It has ended for good, or never was. | which_children lists them.
CHILD_NOT_STARTED | A child could not be started. | Its own reason follows. | Mend that reason.
CHILD_RESTARTING | The child is about to be started again. | It waits for its delay. | Wait, or terminate it first.
CHILD_RUNNING | The child is running. | Only what has stopped can be started or deleted. | Terminate it first.
CONTRACT_CONTEXT | A binding needs values of the context that are not there. | It says under context_required which. | Give them to contract:open or with_context.
CONTRACT_INVALID | A contract or binding is not valid. | Methods have names of their own, and bindings name contracts and functions that are there. | Mend the field that is named.
CONTRACT_NOT_BOUND | The object has no such method. | The binding does not provide it. | Bind the method to a function.
CONTRACT_NOT_FOUND | There is no such contract or binding. | No entry has that id. | Correct the id.
CONTRACT_NO_DEFAULT | The contract has no default binding. | None of its bindings says default: true. | Name a binding, or make one the default.
CREDENTIAL_INVALID | An actor or a scope was not given to this process. | They are sealed for the process that received them, so that nobody can forge one. | Ask for your own, instead of passing one on.
CREDENTIAL_TOO_LARGE | An actor or a scope holds too much. | It travels with every call. | Put less into meta, or fewer policies into the scope.
ENTRY_NO_FUNCTION | The entry cannot be called. | It is of a kind that is not a function. | Call a function entry.
ENTRY_NO_PROCESS | The entry cannot be spawned. | It is of a kind that is not a process. | Spawn a process.lua or workflow.lua entry.
ENTRY_NO_WORKFLOW | The entry is not a workflow. | Only durable code has a journal. | Give it kind workflow.lua, or meta.durable: true.
FUNCTION_BUSY | Too many calls wait for a function. | Its pool and queue are bounded. | Call less at once, or raise pool: of the entry.
FUNCTION_NOT_FOUND | There is no function of that id. | Nobody has it, or it was deleted. | Correct the id.
GROUP_EMPTY | An entry acts with a group that no policy is in. | A group is what the policies that name it allow; without one that is nothing. | Name the group in a security.policy under groups:, or add the module that brings such a policy.
HANDLER_FAILED | The handler of an entry's kind failed. | It did not refuse the entry, but failed for a reason of its own. | Look at the message; when it is the runtime's, report it.
HOST_AMBIGUOUS | Which host is meant is not clear: there is none, or several. | A process runs on a host. | Add an entry of the kind that is named, or choose one with --host.
HOST_FULL | The host has as many processes as it may. | limits.processes says how many. | Let some end, or raise the limit.
HOST_NOT_FOUND | There is no such host. | No entry of a host kind has that id. | Use one of those that are named.
INTERNAL | Something failed within the runtime. | This is a bug. | The node's log says more; please report it.
JOURNAL_CORRUPT | The journal of a workflow is damaged. | A record is missing or does not match its checksum. | Restore the state from a backup; others go on meanwhile.
JOURNAL_NEWER | A journal was written by a newer wippy. | Its format is not known here. | Update this wippy.
LIFECYCLE_INVALID | lifecycle: of a service is not valid. | Its fields are times, numbers and lists of ids. | Mend the field that is named.
LIMIT_INVALID | A limit has a value it cannot have. | Limits are sizes and whole numbers. | Write what the message asks for.
LIMIT_UNKNOWN | There is no such limit. | The name is misspelled. | Use the one that is proposed.
LINKED_PROCESS_FAILED | A process that this one is linked to has failed. | Linked processes end together. | Monitor instead of linking, or set trap_links.
LISTENER_FAILED | A listener to changes of the registry failed. | The change itself stands. | Report it, with the log.
LITERAL_INVALID | A value cannot be written as Lua. | It holds a function, or is nested too deep. | Pass plain data.
LUA_BYTECODE | Compiled Lua was given. | Bytecode cannot be checked. | Give the source text.
LUA_ERROR | Lua code ended with an error of its own. | The message is its own. | Look at the place that is named.
LUA_LOAD | Lua does not compile. | The machine refuses what the parser let pass. | Mend the line that is named.
LUA_SYNTAX | The source is not Lua. | Something else was expected where it stands. | Mend the marked place.
LUA_TOO_LARGE | A source text is too large. | Compiling it would hold everybody up. | Split it into libraries.
MAILBOX_FULL | The mailbox of the receiver is full. | Messages come faster than they are taken; what waits is bounded. | Send less, wait and try again, or raise limits.mailbox.
MESSAGE_INVALID | What was to be sent is not a message. | A message has a topic and values. | Give a topic, then values.
MESSAGE_TOO_LARGE | A message is larger than the mailbox of its receiver. | It could never be taken in. | Send it in parts, or raise limits.mailbox.size.
MSGPACK_MALFORMED | Bytes that should be a message are malformed. | They were cut off, altered, or made by something else. | They were ignored as a whole; find out who sent them.
MSGPACK_UNENCODABLE | A value cannot be sent to another process. | Functions, coroutines and handles stay where they are. | Send plain data.
NAME_INVALID | The text cannot be a name of a process. | A name has 1 to 1024 characters and does not look like a pid. | Choose another.
NAMES_TOO_MANY | The process has as many names as it may. | Names are kept outside its memory: 10,000 at once. | Unregister those that are not needed.
NAME_NOT_REGISTERED | Nobody has that name. | Names go when their process ends. | Register first, or wait until somebody has.
NAME_TAKEN | The name belongs to another process. | A name means one process. | Choose another, or wait until it is free.
NAME_UNRESOLVED | A message was sent to a name that nobody has. | Names go when their process ends. | Look it up first, or be ready for this.
OPERATION_UNKNOWN | This node has no such operation. | The module that asks is of another version, or absent. | Use a matching wippy.
OPTION_INVALID | An option has a value it cannot have. | Each is of one type. | Write what the message asks for.
OPTION_UNKNOWN | There is no such option. | The name is misspelled. | Use one of those that there are.
PERMISSION_DENIED | Something is not allowed. | The scope has no policy that allows it, or one that denies it; without a scope, code made at run time may do nothing. | "wippy audit --denied" says by which policy; allow it there, or do without.
PG_ARGUMENT | An argument of the module pg is not what it takes. | Groups and topics are texts. | Look at docs/lua.md.
PG_FULL | A group, or a scope, is full. | max_groups and max_members_per_group of the pg.scope say how many there may be. | Raise them, or let some leave.
PG_NOT_JOINED | A process left a group that it is not in. | It has not joined it, or has left it already. | Nothing to mend.
PG_UNKNOWN | There is no such scope of groups. | No entry of kind pg.scope has that id. | Correct the id.
PID_NOT_REGISTERED | There is no process of that pid. | It has ended. | Monitor processes to hear of their ends.
PID_TAKEN | A process of that pid runs already. | A pid names one process. | Let it end first.
POLICY_INVALID | A policy cannot be read. | It then denies everything in its scopes, to be safe. | Mend the field that is named.
POST_FAILED | A message to a durable process could not be kept. | Its journal could not be written. | Look at the store of workflows; try again.
PROCESS_COMMIT | A step could not be made durable, and its process was ended. | What is not written down must not be seen. | Look at the disk or database; the workflow goes on from its journal.
PROCESS_FAILED | A process failed, and said no more. | Its error was no text. | Raise errors with a message.
PROCESS_FRAME | A process wrote a malformed frame. | Its memory is damaged; it was ended. | Report it, with its code.
PROCESS_FUEL | A process ran on without a point where it could be interrupted, and was ended. | Everybody must have their turn. The usual reason is a finalizer, a message handler, or a __tostring that string.format calls: Lua cannot be interrupted in them. | Do less there, or raise limits.hard_fuel.
PROCESS_MEMORY | A process needed more memory than it may have, and was ended. | limits.memory bounds each process. | Keep less, stream instead of collecting, or raise the limit.
PROCESS_NOT_FOUND | There is no such process. | It has ended, or is written differently. | "wippy ps" lists what runs.
PROCESS_STACK | The calls of a process were nested too deep, and it was ended. | The stack within a memory is bounded. | End the recursion, or make it a loop.
PROCESS_TERMINATED | The process was ended by force. | Somebody terminated it: a command, its supervisor, its budget. | Nothing to mend, unless nobody meant to.
PROCESS_TRAP | The memory of a process is damaged, and it was ended. | Nothing of the others was touched. | Report it, with its code.
REPLY_TOO_LARGE | An answer is more than the process has room for. | With the answers that wait it is larger than its memory could be. | Take in answers before asking for more, or ask for less at a time.
SCOPE_UNKNOWN | There is no such scope of names. | Names are local, or of the cluster. | Use one of those the message names.
SECURITY_ARGUMENT | An argument of the module security is not what it takes. | Each has its type. | Look at docs/lua.md.
SECURITY_INVALID | lifecycle.security of an entry is not valid. | It names an actor, policies and groups. | Mend the field that is named.
SECURITY_NOT_FOUND | There is no such policy or group. | No entry has that id. | Correct the id.
SERVICE_CYCLE | Services require each other in a circle. | None could be started first. | Take one requirement out.
SERVICE_FAILED | A service failed. | The reason follows. | Mend that reason; it is started again by its restart policy.
SERVICE_INVALID | A service names what is not there, or cannot be run. | It needs a process and a host. | Correct process: or host:.
SERVICE_KNOWN | There is a service of that id already. | An id means one service. | Choose another name.
SERVICE_REQUIREMENT | A service waits for one that has failed. | It requires that one. | Mend the one that failed.
SERVICE_START_TIMEOUT | A service did not start in time. | lifecycle.start_timeout says how long it may take. | Make its start quicker, or raise the time.
SERVICE_UNKNOWN | There is no such service. | No entry has that id. | Correct the id.
SPAWN_INVALID | A spawn has an unknown form. | The module and the runtime do not match. | Use a matching wippy.
SUPERVISOR_AMBIGUOUS | Several supervisors run of that entry. | The id does not say which. | Name one by its pid.
SUPERVISOR_CYCLE | Supervisors are children of each other in a circle. | A tree has none. | Take one child out.
SUPERVISOR_ENDING | The supervisor has ended or is about to. | It takes no more children. | Ask the one that follows it.
SUPERVISOR_FULL | The supervisor has as many children as it may. | max_children says how many. | Let some end, or raise it.
SUPERVISOR_INTENSITY | Children failed too often, and the supervisor gave up. | More than max_restarts within its time: starting again does not help. | Mend why the child fails; its last error is told.
SUPERVISOR_INVALID | The plan of a supervisor is not valid. | Strategy, times and children have their forms. | Mend the field that is named.
SUPERVISOR_NOT_FOUND | No such supervisor runs. | The entry is not started, or has ended. | Start it first.
TOPIC_RESERVED | Topics that begin with @ cannot be sent to. | They are the runtime's. | Use another topic.
UPGRADE_FUNCTION | A function cannot be upgraded. | It ends with its call; the next one runs new code anyway. | Leave it out.
WORKFLOWS_NONE | The app has no workflows, or none can be written down. | Nothing in it is durable, or its state folder or database cannot be used. | Add a workflow.host and a workflow.lua, or mend what was reported at the start.
WORKFLOW_ATTRIBUTES | Attributes of a workflow are too many, too long, or malformed. | They are few and short, because they are searched by. | Put what is only shown into memo.
WORKFLOW_CODE | The program that a workflow began with is not stored. | The state is incomplete. | Restore the state from a backup.
WORKFLOW_DIVERGED | A workflow, when run again, does not do what it did before. | Its code is not deterministic, or not the code it began with. | Look at the record and the line that are named; nothing was appended.
WORKFLOW_ENDED | The workflow has ended. | What has ended takes nothing in. | "wippy workflow show" says what it ended with.
WORKFLOW_EXISTS | A workflow of that id runs already. | An id means one workflow. | Use it, or choose another id.
WORKFLOW_FENCED | The workflow goes on at another node. | That one appended to its journal; this one stops. | Nothing to mend.
WORKFLOW_HOST | The host of a workflow is not there. | Its entry is gone. | Add the host again: the workflow goes on.
WORKFLOW_ID | The text cannot be the id of a workflow. | An id is 1 to 255 bytes, without control characters, bars or braces. | Choose another.
WORKFLOW_JSON | What was given is not JSON. | Values are taken as JSON. | Quote it: '{"amount": 5}', and a text within that: '"yes"'.
WORKFLOW_MODULE | A workflow uses a module that workflows cannot use. | What a workflow does must be repeatable. | Use the module in a function, and call that.
WORKFLOW_NONE | An operation is only possible within a workflow. | It is about a journal. | Call it from workflow.lua code.
WORKFLOW_NOT_FOUND | There is no such workflow. | It never was, or has been forgotten after its time. | "wippy workflow list" shows them.
WORKFLOW_NOT_PAUSED | The workflow is not paused. | Only what is paused can be resumed. | Nothing to do.
WORKFLOW_PAUSED | The workflow is paused. | Somebody has paused it. | "wippy workflow resume" lets it go on.
WORKFLOW_REFUSED | An operation is not possible within a workflow. | It could not be repeated the same. | Do it in a function, and call that.
WORKFLOW_SETTING | A setting of workflows is not valid. | Its name is unknown, or its value has another form. | Write what is named; docs/workflows.md has them.
WORKFLOW_STORE | The database of workflows refused. | Its own words follow. | Mend what it says.
WORKFLOW_STORE_AWAY | The database of workflows cannot be reached. | The network or the server is away. | Workflows wait; nothing is lost. Bring it back.
WORKFLOW_STORE_BUSY | Too much waits for the database of workflows. | What waits is bounded. | Wait, or give the database more.
WORKFLOW_STORE_CLOSED | The store of workflows has been closed. | The node is stopping. | Start again.
WORKFLOW_STORE_DATABASE | The database of workflows does not exist. | workflow.url names it. | Create it, or name another.
WORKFLOW_STORE_LOGIN | The database of workflows refuses the login. | The user or password of workflow.url is wrong. | Correct it.
WORKFLOW_STORE_LOST | The connection to the database of workflows was lost. | It went away while it was at work. | Workflows go on when it is back. A message that failed with it may have arrived: look before sending again.
WORKFLOW_STORE_NEWER | The tables of workflows were made by a newer wippy. | Their form is not known here. | Update this wippy, or name another workflow.schema.
WORKFLOW_TIME | A time cannot be read. | It is a date, or a date with a time. | Write for example 2026-11-26T03:00:00Z.
WORKFLOW_VERSION | workflow.version was called in the wrong way. | It takes an id and two numbers, the lower one first. | Correct the call.
WORKFLOW_WHERE | An attribute to search by cannot be read. | It is a key and a value. | Write key=value.
ARCHIVE_DAMAGED | An exported workflow is damaged. | A checksum does not match. | Nothing was taken from it: copy or export it again.
ARCHIVE_FILE | The file of a workflow cannot be read. | No file is at that path. | Name a file that "wippy workflow export" wrote.
ARCHIVE_INVALID | The file is not an exported workflow. | It was made by something else. | "wippy workflow export ID -o FILE" writes one.
ARCHIVE_LARGE | The journal of a workflow is too large to be exported. | An export is read whole. | Look at it where it is.
ARCHIVE_MOVING | A workflow takes steps faster than it can be read. | An export is of one moment. | Pause it meanwhile: wippy workflow pause ID
ARCHIVE_NEWER | The file was written by a newer wippy. | Its format is not known here. | Update this wippy.
EXPORT_FILE | The file of an export cannot be written. | The system refused. | Name a file in a folder that is there.
QUERY_BROKEN | A query of a workflow failed. | Its own code raised an error. | Mend the function given to workflow.query.
QUERY_BUSY | A workflow is in the middle of a computation there. | A query looks between two steps. | Ask again, or at another record.
QUERY_FUEL | A query of a workflow does not end. | Its work is bounded. | Make the function given to workflow.query shorter.
QUERY_NONE | A workflow answers no query of that name. | It answers those that its code has named by then, with workflow.query(name, fn). | Ask by one of the names in the message.
QUERY_REFUSED | A query of a workflow does something that queries cannot. | It looks at what its workflow knows, and returns at once. | Do not call, send or sleep in it.
WORKFLOW_FORK | A workflow cannot be forked at that record. | It has not come to rest there. | Choose another record.
WORKFLOW_OPTION | An option of a workflow has an unknown value. | It is one of a few. | Write one of those that are named.
WORKFLOW_RECORD | The workflow has no such record. | Records are counted from 1, and those of runs that were over long ago are forgotten. | "wippy workflow journal ID" shows them.
WORKFLOW_TIMEOUT | A workflow took longer than it may. | It was started with a timeout. | Raise the timeout, or make it shorter.
SCHEDULE_INVALID | The schedule of a workflow is not valid. | It is a cron expression with a time zone. | Write for example cron: "0 3 * * *".
WORKFLOW_SKIPPED | A run of a schedule was left out. | The one before was still under way, and the entry says to skip. | Make runs shorter, or choose another overlap.
MONITOR_LIMIT | A process or a workflow watches as many others as it may. | What it watches is kept outside its memory: 100,000 of a process, 10,000 of a workflow, in its journal. | Spread them over children, or stop watching with process.unmonitor.
MONITOR_NAME | A workflow was asked to watch a name. | A name may mean another process after a restart. | Look the pid up, and watch that.
PROCESS_LOST | A process ended with the node it ran on. | Only what is durable goes on elsewhere. | Start it again, or make it durable.
QUERY_CROWD | Too many queries of workflows run at once. | Each takes a memory of its own. | Ask again.
`
