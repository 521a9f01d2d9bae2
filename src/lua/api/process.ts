// The Lua API of processes, messages, errors, time and calls. One line each: name(parameter: type, …): what it returns - what it does.

export const process = `
global process: Processes: starting, sending, watching, ending them.
pid(): string - The pid of this process.
id(): string - The id of its entry.
spawn(entry: string, host: string, ...: any): string?, Error? - Starts a process; gives its pid.
spawn_linked(entry: string, host: string, ...: any): string?, Error? - The same, linked to this process.
spawn_monitored(entry: string, host: string, ...: any): string?, Error? - The same, watched by this process.
spawn_linked_monitored(entry: string, host: string, ...: any): string?, Error? - Both.
exec(entry: string, host: string, ...: any): any, Error? - Starts a process and waits for its result.
send(to: string, topic: string, ...: any): boolean?, Error? - Sends a message to a pid or a name.
cancel(pid: string, reason: any?): boolean?, Error? - Asks a process to end.
terminate(pid: string): boolean?, Error? - Ends a process by force.
monitor(pid: string): boolean?, Error? - From now on its end is an event here.
unmonitor(pid: string): boolean?, Error? - No more.
link(pid: string): boolean?, Error? - From now on each fails with the other.
unlink(pid: string): boolean?, Error? - No more.
inbox(): Channel - Messages that no topic listens to, as Message.
events(): Channel - Events: cancel, exit, link down.
listen(topic: string, options: table?): Channel - Messages of a topic: their values, or Message with { message = true }.
unlisten(channel: Channel): boolean - Ends that.
get_options(): table?, Error? - What set_options has set.
set_options(options: table): boolean?, Error? - { trap_links =, upgradable = }.
upgrade(entry: string?, ...: any): any - Goes on with new code under the same pid.
with_context(values: table): Spawner - Spawns with values for ctx.
with_options(options: table): Spawner - Spawns with options, for example ["workflow.id"].
registry.register(name: string, pid: string?, scope: string?): boolean?, Error? - Gives a name to a process.
registry.lookup(name: string): string?, Error? - The pid that has a name.
registry.unregister(name: string, scope: string?): boolean?, Error? - Takes a name back.
registry.LOCAL = string - A scope of names.
registry.EVENTUAL = string - A scope of names.
registry.CONSISTENT = string - A scope of names.
registry.STRONG = string - A scope of names.
event.CANCEL = string - Kind of the event that asks to end.
event.EXIT = string - Kind of the event of an end.
event.LINK_DOWN = string - Kind of the event of a linked process that failed.
event.OUTDATED = string - Kind of the event of newer code.
class Spawner
with_context(values: table): Spawner - With values for ctx.
with_options(options: table): Spawner - With options.
with_actor(actor: Actor): Spawner - As that actor.
with_scope(scope: Scope): Spawner - Under that scope.
with_name(name: string): Spawner - With a registered name from before its first step.
with_message(topic: string, ...: any): Spawner - With a message that waits for it.
spawn(entry: string, host: string, ...: any): string?, Error? - As process.spawn.
spawn_linked(entry: string, host: string, ...: any): string?, Error? - As process.spawn_linked.
spawn_monitored(entry: string, host: string, ...: any): string?, Error? - As process.spawn_monitored.
spawn_linked_monitored(entry: string, host: string, ...: any): string?, Error? - As process.spawn_linked_monitored.
exec(entry: string, host: string, ...: any): any, Error? - As process.exec.
class Message
topic(): string - Its topic.
from(): string - The pid of the sender.
payload(): Payload? - What it carries.
global channel: Channels between coroutines of one process, as in Go.
new(size: integer?): Channel - A channel; without a size it holds nothing.
select(cases: table): table - Waits for the first case that is possible: { channel, value, ok }; { default = true } does not wait.
class Channel
send(value: any): boolean - Waits until somebody receives, or there is room.
receive(): any, boolean - The next value, and true; nil and false when it is closed.
close() - No more can be sent.
case_receive(): table - For channel.select.
case_send(value: any): table - For channel.select.
global errors: Errors as values: a kind, a message, and whether to try again.
new(spec: any): Error - Of a text, or of { kind =, message =, retryable =, details = }.
wrap(err: any, context: string): Error? - The same error with a context in front.
is(err: any, kind: string): boolean - Whether it is an Error of that kind.
is_error(value: any): boolean - Whether it is an Error.
call_stack(err: Error): table? - { thread, frames = { { source, line, name } } }.
ALREADY_EXISTS = string - A kind.
CANCELED = string - A kind.
CONFLICT = string - A kind.
INTERNAL = string - A kind.
INVALID = string - A kind.
NOT_FOUND = string - A kind.
PERMISSION_DENIED = string - A kind.
RATE_LIMITED = string - A kind.
TIMEOUT = string - A kind.
UNAVAILABLE = string - A kind.
UNKNOWN = string - The kind of what has none.
class Error
kind(): string - Its kind.
message(): string - Its text, contexts included.
retryable(): boolean? - Whether it is safe to try again; nil when that is not known.
details(): table? - What it knows besides.
stack(): string? - Where it was raised.
global payload: Values in the formats they come in.
new(value: any): Payload - Of any value.
wrap(value: any): Payload - The same.
format.JSON = string - A format.
format.YAML = string - A format.
format.STRING = string - A format.
format.BYTES = string - A format.
format.MSGPACK = string - A format.
format.LUA = string - A format.
format.GOLANG = string - A format.
format.ERROR = string - A format.
class Payload
data(): any - The value.
get_format(): string - Its format.
transcode(format: string): Payload?, Error? - The same in another format.
unmarshal(): any, Error? - The value behind a text format.
global os: Time, as Lua has it; nothing of the machine.
time(t: table?): integer - Seconds since 1970.
date(format: string?, at: integer?): any - As text, or as a table with "*t".
clock(): number - Processor time, in seconds.
difftime(a: integer, b: integer): number - Seconds between.
platform = string - Always "wippy".
global coroutine: Coroutines; those of spawn are run by the process itself.
spawn(fn: function) - Starts a coroutine that may wait.
create(fn: function): thread - As in Lua.
resume(co: thread, ...: any): boolean, any - As in Lua.
yield(...: any): any - As in Lua.
wrap(fn: function): function - As in Lua.
status(co: thread): string - As in Lua.
running(): thread, boolean - As in Lua.
isyieldable(): boolean - As in Lua.
close(co: thread): boolean, any - As in Lua.
module funcs: Calls of functions.
call(id: string, ...: any): any, Error? - Calls a function and waits.
async(id: string, ...: any): Future?, Error? - Calls a function and goes on.
new(): Executor - Calls with a context, an actor or options of their own.
class Executor
with_context(values: table): Executor - With values for ctx.
with_options(options: table): Executor - With options.
with_actor(actor: Actor): Executor - As that actor.
with_scope(scope: Scope): Executor - Under that scope.
call(id: string, ...: any): any, Error? - As funcs.call.
async(id: string, ...: any): Future?, Error? - As funcs.async.
class Future
response(): Channel - Where the answer comes.
channel(): Channel - The same.
is_complete(): boolean - Whether it is there.
is_canceled(): boolean - Whether it was given up.
result(): Payload?, Error? - The answer, once it is there.
error(): Error?, boolean - Why there is none.
cancel(): boolean - Gives the call up.
module contract: What can be called, apart from what is called.
get(id: string): Contract?, Error? - A contract.
open(binding: string, scope: table?, options: table?): any, Error? - An object with the methods of a binding.
find_implementations(id: string): string[]?, Error? - Ids of its bindings.
is(value: any, id: string): boolean - Whether an object is of a contract.
class Contract
id(): string - Its id.
methods(): table - Its methods.
method(name: string): table?, Error? - One of them.
implementations(): string[]?, Error? - Ids of its bindings.
open(binding: string?, scope: table?): any, Error? - As contract.open, the default binding without one.
with_context(values: table): Contract - With values for ctx.
with_options(options: table): Contract - With options.
with_actor(actor: Actor): Contract - As that actor.
with_scope(scope: Scope): Contract - Under that scope.
module ctx: What a call brings along.
get(key: string): any, Error? - A value.
all(): table - All values.
module time: Moments, durations, time zones and timers.
now(): Time - This moment.
date(year: integer, month: integer, day: integer, hour: integer, minute: integer, second: integer, nanosecond: integer, location: Location?): Time - A moment; parts beyond their range carry over.
unix(seconds: integer, nanoseconds: integer): Time - A moment by its seconds since 1970.
parse(layout: string, value: string, location: Location?): Time?, Error? - A moment as text; layouts are Go's.
parse_duration(value: any): Duration?, Error? - "1h30m".
load_location(name: string): Location?, Error? - A time zone by its name.
fixed_zone(name: string, offset: integer): Location - A zone so many seconds east of UTC.
sleep(duration: any): nil, Error? - Waits.
after(duration: any): Channel?, Error? - A channel that gets one value then.
timer(duration: any): Timer?, Error? - The same, to be stopped or reset.
ticker(duration: any): Ticker?, Error? - A channel that gets a value each time.
utc = Location - UTC.
localtz = Location - Where the node is.
NANOSECOND = integer - 1.
MICROSECOND = integer - In nanoseconds.
MILLISECOND = integer - In nanoseconds.
SECOND = integer - In nanoseconds.
MINUTE = integer - In nanoseconds.
HOUR = integer - In nanoseconds.
RFC3339 = string - A layout; there are the others of Go too.
class Time
add(duration: any): Time - So much later.
sub(other: Time): Duration - From the other to here.
add_date(years: integer, months: integer, days: integer): Time - So many later.
after(other: Time): boolean - Whether it is later.
before(other: Time): boolean - Whether it is earlier.
equal(other: Time): boolean - Whether it is the same moment.
format(layout: string): string - As text.
format_rfc3339(): string - As text.
unix(): integer - Seconds since 1970.
unix_nano(): integer - Nanoseconds since 1970.
is_zero(): boolean - Whether it is Go's zero time.
date(): integer, integer, integer - Year, month, day.
clock(): integer, integer, integer - Hour, minute, second.
year(): integer - The year.
month(): integer - 1 to 12.
day(): integer - 1 to 31.
hour(): integer - 0 to 23.
minute(): integer - 0 to 59.
second(): integer - 0 to 59.
nanosecond(): integer - 0 to 999999999.
weekday(): integer - 0 is Sunday.
year_day(): integer - 1 to 366.
location(): Location - Where it is told.
utc(): Time - The same moment in UTC.
in_local(): Time - The same moment where the node is.
in_location(location: Location): Time - The same moment there.
truncate(duration: any): Time - Down to a multiple.
round(duration: any): Time - To the nearest multiple.
class Duration
nanoseconds(): integer - In that unit.
microseconds(): integer - In that unit.
milliseconds(): integer - In that unit.
seconds(): number - In that unit.
minutes(): number - In that unit.
hours(): number - In that unit.
class Location
string(): string - Its name.
class Timer
response(): Channel - What gets the value.
channel(): Channel - The same.
stop(): boolean - Whether it had not fired.
reset(duration: any): boolean - Starts it anew.
class Ticker
response(): Channel - What gets the values.
channel(): Channel - The same.
stop(): boolean - Ends it.
module workflow: What a durable process knows of itself, and of others.
info(): table?, Error? - Its id, entry, attempt and so on.
exec(id: string, ...: any): any, Error? - Runs another workflow as a child, and waits for its end.
version(change: string, lowest: integer, highest: integer): integer - The version this run follows, from its first look to its end.
attrs(attrs: table): boolean?, Error? - { search =, memo = }: what it can be found by, and what is shown.
query(name: string, fn: function?) - Answers questions about it, also once it has ended.
read(pid: string, name: string, ...: any): any, Error? - Asks another one's query.
history_length(): integer?, Error? - Records so far.
history_size(): integer?, Error? - Bytes so far.
module activity: What a function knows that a workflow calls.
heartbeat(...: any): boolean?, Error? - Says that it is still at work, and where.
details(): any - What the attempt before has said last.
info(): table?, Error? - { attempt, idempotency_key, workflow_id, workflow_type }.
module supervisor: Children of supervisors.
start_child(supervisor: string, spec: table): string?, Error? - Starts one more.
terminate_child(supervisor: string, id: string): boolean?, Error? - Ends one.
restart_child(supervisor: string, id: string): string?, Error? - Starts one again.
delete_child(supervisor: string, id: string): boolean?, Error? - Forgets one.
which_children(supervisor: string): table[]?, Error? - All, in the order of their start.
count_children(supervisor: string): table?, Error? - How many of which sort.
`
