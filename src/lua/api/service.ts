// The Lua API of what a node offers: registry, events, queues, security, terminal, HTTP. One line each: name(parameter: type, …): what it returns - what it does.

export const service = `
module registry: The entries of the node, in versions.
get(id: string): table?, Error? - An entry: { id, kind, meta, data }.
find(filter: table): table[]?, Error? - Entries that meet a filter: { [".kind"] =, [".ns"] =, ["meta.type"] = }.
parse_id(id: string): table - { ns, name }.
snapshot(): Snapshot?, Error? - All entries as they are now.
snapshot_at(version: integer): Snapshot?, Error? - All entries as they were.
current_version(): Version?, Error? - The version that is current.
versions(): Version[]?, Error? - All versions.
history(): History?, Error? - The versions, to look at.
apply_version(version: Version): boolean?, Error? - Goes to another version.
build_delta(from: Version, to: Version): table[]?, Error? - What leads from one to the other.
class Version
id(): integer - Its number.
string(): string - "v3".
previous(): Version? - The one before.
next(): Version? - The one after.
class Snapshot
version(): Version - Its version.
entries(options: table?): table[] - All entries.
namespace(ns: string): table[] - Those of a namespace.
get(id: string): table?, Error? - One.
find(filter: table): table[]?, Error? - Those that meet a filter.
changes(): Changes - A change on it.
class Changes
create(entry: table): Changes?, Error? - One more.
update(entry: table): Changes?, Error? - One changed.
delete(entry: any): Changes?, Error? - One gone.
ops(): table[] - What it would do.
apply(): Version?, Error? - Does it, whole or not at all.
class History
versions(): Version[]?, Error? - All versions.
get_version(id: integer): Version?, Error? - One.
snapshot_at(version: Version): Snapshot?, Error? - All entries as they were.
module events: Events of the node.
subscribe(system: string, kind: string?): Subscription?, Error? - From now on those of a system; both may end in *.
send(system: string, kind: string, path: string, data: any): boolean?, Error? - Tells everybody.
class Subscription
channel(): Channel - Where they come.
close(): boolean - No more.
module pg: Groups of processes, by name.
open(id: string): Group?, Error? - The groups of a pg.scope entry.
class Group
join(groups: any): boolean?, Error? - One, or a list: from now on this process hears what is broadcast to it.
leave(groups: any): boolean?, Error? - The same number of times as it was joined.
get_members(group: string): string[]?, Error? - Pids.
get_local_members(group: string): string[]?, Error? - Those on this node.
which_groups(): string[]?, Error? - Groups with members.
which_local_groups(): string[]?, Error? - Those with members on this node.
broadcast(group: string, topic: string, ...: any): boolean?, Error? - To every member; who has no room misses it.
broadcast_local(group: string, topic: string, ...: any): boolean?, Error? - To those on this node.
monitor(group: string): Subscription?, any - Events of a group, and its members; or nil and an Error.
events(): Subscription?, any - Events of all groups, and their members; or nil and an Error.
release(): boolean - No more; what was joined stays so.
module queue: Queues.
publish(id: string, data: any, headers: table?): boolean?, Error? - Puts a message in.
message(): QueueMessage?, Error? - The one this consumer is called for.
info(id: string): table?, Error? - { message_count, consumer_count, ready }.
class QueueMessage
id(): string - Its id.
header(name: string): any - One of its headers.
headers(): table - All of them.
attempt(): integer - 1 when it is tried for the first time.
ack(): boolean?, Error? - It is done.
nack(): boolean?, Error? - It is not; try again.
module env: Variables that entries declare.
get(name: string): string?, Error? - A value.
set(name: string, value: string): boolean?, Error? - Another value.
get_all(): table - All that may be read.
module logger: The log. The module itself is a logger.
debug(message: string, fields: table?) - A record.
info(message: string, fields: table?) - A record.
warn(message: string, fields: table?) - A record.
error(message: string, fields: table?) - A record.
with(fields: table): Logger - A logger whose records carry these fields.
named(name: string): Logger - A logger of that name.
class Logger
debug(message: string, fields: table?) - A record.
info(message: string, fields: table?) - A record.
warn(message: string, fields: table?) - A record.
error(message: string, fields: table?) - A record.
with(fields: table): Logger - A logger whose records carry these fields.
named(name: string): Logger - A logger of that name.
module io: The terminal of a process that has one.
print(...: any): boolean?, Error? - A line, tabs between.
write(...: any): boolean?, Error? - Nothing between or behind.
eprint(...: any): boolean?, Error? - A line on standard error.
read(most: integer?): string?, Error? - Up to so many bytes.
readline(): string?, Error? - A line.
raw(on: boolean?): boolean?, Error? - Key by key, or line by line.
flush(): boolean?, Error? - When all that was written has left.
args(): string[] - The arguments of the command.
module eval_runner: Code that comes as text. eval is another name of it.
run(config: table): any, Error? - { source =, args =, modules =, imports =, limits = … }.
compile(source: string, method: string?, options: table?): Program?, Error? - Only compiles.
class Program
method(): string - What is called.
modules(): string[] - What it may use.
module sandbox: Code that nobody trusts, with a budget.
run(code: string, options: table?): table?, Error? - { ok, value or error, fuel, memory, ms, denied }.
module security: Actors, scopes and policies.
actor(): Actor? - Who this process is.
scope(): Scope? - What it may.
can(action: string, resource: string, meta: table?): boolean - Whether its policies allow that.
new_actor(id: string, meta: table?): Actor - Raises when it is denied.
new_scope(policies: Policy[]?): Scope - Raises when it is denied.
policy(id: string): Policy?, Error? - A policy.
named_scope(id: string): Scope?, Error? - The policies of a group.
token_store(id: string): TokenStore?, Error? - A store of tokens.
class Actor
id(): string - Its id.
meta(): table - What is known of it.
class Policy
id(): string - Its id.
evaluate(actor: Actor, action: string, resource: string, meta: table?): string - "allow", "deny" or "undefined".
class Scope
with(policy: any): Scope - With one more.
without(policy: any): Scope - With one less.
contains(policy: any): boolean - Whether it has it.
policies(): Policy[] - All of them.
evaluate(actor: Actor, action: string, resource: string, meta: table?): string - "allow", "deny" or "undefined".
class TokenStore
create(actor: Actor, scope: Scope, options: table?): string?, Error? - A token; { expiration =, meta = }.
validate(token: string): Actor?, Scope?, Error? - Whose it is.
revoke(token: string): boolean?, Error? - Whether there was such a token.
close(): boolean - No more.
module system: The node.
exit(code: integer?): boolean?, Error? - Ends the node in order.
modules(): table[]?, Error? - The modules there are.
memory.stats(): table?, Error? - Figures.
memory.allocated(): integer?, Error? - Bytes.
memory.heap_objects(): integer?, Error? - A figure.
memory.set_limit(bytes: integer): integer?, Error? - The limit before.
memory.get_limit(): integer?, Error? - The limit.
gc.collect(): boolean?, Error? - Collects.
gc.set_percent(percent: integer): integer?, Error? - The one before.
gc.get_percent(): integer?, Error? - A figure.
runtime.goroutines(): integer?, Error? - Processes.
runtime.max_procs(n: integer?): integer?, Error? - The number now, or the one before.
runtime.cpu_count(): integer?, Error? - Processors.
process.pid(): integer?, Error? - Of the operating system.
process.hostname(): string?, Error? - Of the machine.
process.cwd(): string?, Error? - A directory.
hosts.list(): table[]?, Error? - The hosts.
hosts.processes(host: string): table[]?, Error? - What runs on one.
supervisor.state(id: string): table?, Error? - How a service is.
supervisor.states(): table[]?, Error? - How all are.
node.id(): string?, Error? - Its name.
node.addr(): string?, Error? - Its address.
node.role(): string?, Error? - Its role.
cluster.members(): table[]?, Error? - The nodes.
cluster.leader(): string?, Error? - One of them.
cluster.size(): integer?, Error? - How many.
raft.is_leader(): boolean?, Error? - Always of one node.
raft.is_member(): boolean?, Error? - Always of one node.
raft.role(): string?, Error? - Always of one node.
raft.term(): integer?, Error? - Always of one node.
raft.commit_index(): integer?, Error? - Always of one node.
raft.stats(): table?, Error? - Always of one node.
lock.acquire(name: string): boolean?, Error? - Whether it is ours now.
lock.release(name: string): boolean?, Error? - Whether it was.
module http: The request that a function answers.
request(options: table?): Request?, Error? - { timeout = ms, max_body = bytes }.
response(): Response?, Error? - The answer.
METHOD.GET = string - A method; there are the others too.
STATUS.OK = integer - A status; there are the others too.
CONTENT.JSON = string - A type of content; there are FORM, MULTIPART, TEXT, STREAM too.
TRANSFER.CHUNKED = string - For set_transfer.
TRANSFER.SSE = string - For set_transfer.
ERROR.PARSE_FAILED = string - A reason; there are INVALID_STATE, STREAM_ERROR, WRITE_FAILED too.
class Request
method(): string - GET, POST …
path(): string - The path.
host(): string - The host it was sent to.
remote_addr(): string - Where it came from.
content_type(): string? - A header.
content_length(): integer - Bytes of the body, -1 when that is not known.
has_body(): boolean - Whether there is one.
header(name: string): string? - A header.
param(name: string): string? - A part of the path.
params(): table - All of them.
query(name: string): string? - A parameter of the query.
query_params(): table - All of them.
is_content_type(type: string): boolean - Whether the body is of that type.
accepts(type: string): boolean - Whether the client takes that type.
body(): string?, Error? - All of the body.
body_json(): any, Error? - Its value.
stream(): Stream?, Error? - The body piece by piece.
parse_multipart(most: integer?): table?, Error? - { values =, files = }.
class MultipartFile
name(): string - The name of the file.
size(): integer - Bytes.
header(name: string): string? - A header of it.
stream(): Stream?, Error? - What it holds.
class Response
set_status(code: integer): Error? - Before anything is written.
set_header(name: string, value: string): Error? - Before anything is written.
set_content_type(type: string): Error? - Before anything is written.
set_transfer(mode: string): Error? - "chunked" or "sse".
write(data: string): Error? - A piece of the body.
write_json(value: any): Error? - A value as JSON.
write_event(event: table): Error? - { name =, data = }.
flush(): Error? - Lets what was written leave.
module exec: Programs of the system.
get(id: string): Executor?, Error? - What an exec.native entry allows.
class Executor
exec(command: string, options: table?): Process?, Error? - A program and its arguments, not yet started; { work_dir =, env = }.
release(): boolean - Nothing more is run with it.
class Process
start(): boolean?, Error? - Runs it.
wait(): integer?, Error? - Its exit code; 128 and more is a signal.
signal(number: integer): boolean?, Error? - A signal, to it and what it has begun.
write_stdin(data: string): boolean?, Error? - To its input.
stdout_stream(): Stream?, Error? - What it writes.
stderr_stream(): Stream?, Error? - What it writes of errors.
close(force: boolean?): boolean - Asks it to end, or ends it.
module websocket: WebSockets to others.
connect(url: string, options: table?): Client?, Error? - { headers, protocols, dial_timeout = 30000 (ms, at least 1000), read_timeout, write_timeout, compression, compression_threshold, read_limit = 4 MiB, channel_capacity = 32 }.
TEXT = integer - What is sent is text.
BINARY = integer - What is sent is bytes.
CLOSE_CODES.NORMAL = integer - A code to close with; there are the others too.
class Client
send(data: string, kind: integer?): boolean?, Error? - A message.
channel(): Channel - Of { type = "text" or "binary", data = }; closed with the connection.
receive(): Channel - The same.
ping(): boolean?, Error? - A ping.
close(code: integer?, reason: string?): boolean?, Error? - What has come can still be received.
module http_client: Requests to others.
get(url: string, options: table?): table?, Error? - { status_code, headers, body, cookies, url }.
head(url: string, options: table?): table?, Error? - The same without a body.
post(url: string, options: table?): table?, Error? - With { body =, headers =, query =, form =, timeout =, stream = }.
put(url: string, options: table?): table?, Error? - As post.
patch(url: string, options: table?): table?, Error? - As post.
delete(url: string, options: table?): table?, Error? - As post.
request(method: string, url: string, options: table?): table?, Error? - Any method.
request_batch(requests: table[]): table, table? - Several at once: answers and errors, in their order.
encode_uri(text: string): string - A text as part of a query.
decode_uri(text: string): string?, Error? - Back.
module metrics: What is counted and measured.
counter_inc(name: string, labels: table?): boolean?, Error? - One more.
counter_add(name: string, value: number, labels: table?): boolean?, Error? - So many more.
gauge_set(name: string, value: number, labels: table?): boolean?, Error? - What it is now.
gauge_inc(name: string, labels: table?): boolean?, Error? - One more than it was.
gauge_dec(name: string, labels: table?): boolean?, Error? - One less than it was.
histogram(name: string, value: number, labels: table?): boolean?, Error? - One more of this size.
module plugin: The component of a process.wasm entry.
run(...: any): any, Error? - What its method returns.
`
