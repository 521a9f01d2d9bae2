// The kinds of entries and their fields: the source of docs/kinds.md. Two sorts of lines: a kind with what it is for, and its fields as
// name | what is taken when it is left out | what it is. test/cli/docs.test.ts compares the kinds with those that a node handles.

export const kindsText = `
kind process.lua: A process: spawned, or run as a command.
source | needed | file://name.lua, or the Lua text itself
method | main | the function of the returned table that is run; a returned function is run itself
modules | [] | modules of the runtime that the code may require
imports | {} | libraries by the name under which the code requires them
limits | those of the host | memory, fuel, hard_fuel, mailbox.messages, mailbox.size, mailbox.policy
meta.command | none | { name, short, main, security }: what wippy run calls it, and on whose behalf it runs: { actor, policies, groups }
security | that of who starts it | as whom it runs, and what it may do: { actor: { id, meta }, policies, groups }
meta.durable | false | whether its steps are written down, as those of a workflow
kind function.lua: A function: called by id; one call leaves nothing behind for the next.
source | needed | as of process.lua
method | main | as of process.lua
modules | [] | as of process.lua
imports | {} | as of process.lua
limits | those of the host | as of process.lua
security | that of who calls it | as of process.lua
pool | lazy | how many calls run at once and how many wait: { type, workers, size, buffer, max_size }
kind library.lua: Code for other entries, which bind it to a name with imports.
source | needed | returns what those entries get
modules | [] | as of process.lua
imports | {} | as of process.lua
kind module.lua: The same as library.lua.
source | needed | as of library.lua
kind workflow.lua: A process whose steps are written down before anybody sees what they did.
source | needed | as of process.lua
method | main | as of process.lua
modules | [] | those whose answers can be repeated: funcs, time, registry, …
schedule | none | when it runs by itself: { cron, timezone, overlap, catch_up, input, host }
imports | {} | as of process.lua
kind process.host: Where processes run: a group with limits.
limits | those of the configuration | processes, memory, fuel, hard_fuel, mailbox
kind terminal.host: A host whose process has standard input and output.
limits | those of the configuration | as of process.host
kind process.service: A process that is started at boot, and again when it fails.
process | needed | the process entry
host | needed | its host
input | [] | arguments of its main
lifecycle | see below | { auto_start, requires, start_timeout, stop_timeout, restart: { initial_delay, max_delay, backoff_factor, jitter, max_attempts }, security: { actor, policies, groups } }
kind process.supervisor: A tree of processes, as in Erlang.
strategy | one_for_one | one_for_one, one_for_all, rest_for_one, simple_one_for_one
host | needed | the host of the children
max_restarts | 1 | restarts within the time below; with one more the supervisor gives up
within | 5s | that time
auto_shutdown | never | never, any_significant, all_significant
max_children | 10000 | how many there may be at once
children | [] | { id, process, args, host, name, restart, shutdown, significant } each
lifecycle | see process.service | as of process.service
kind workflow.host: Where workflows run.
limits | those of the configuration | as of process.host
kind temporal.worker: The same as workflow.host, for apps that name one.
limits | those of the configuration | as of process.host
kind temporal.client: Data for apps that name one; journals are kept by the node.
kind contract.definition: An interface: what can be called.
methods | [] | { name, description, input_schemas, output_schemas } each
kind contract.binding: Functions that implement contracts.
contracts | [] | { contract, methods, context_required, default } each
kind env.variable: A variable that code may ask for by name.
variable | the name of the entry | its name for others
storage | needed | where its value is
default | none | its value when it has none
read_only | false | whether it cannot be written
kind env.storage.memory: Variables in memory.
kind env.storage.os: The environment of the program; read only.
kind env.storage.file: Variables in a file.
file_path | needed | the file
auto_create | false | whether it is made when it is missing
file_mode | as it is; 0600 for a new one | its permissions
kind env.storage.static: Variables with fixed values.
values | {} | the values
kind env.storage.router: Several storages, read in order; the first is written.
storages | needed | their ids
kind http.service: A server of HTTP.
addr | needed | host:port
timeouts | see docs/http.md | { header, read, handler, write, idle, drain }
limits | see docs/http.md | { header, body, bodies, requests, connections }
tls | none | { mode: manual, cert, key, client_auth, client_ca }
lifecycle | see process.service | as of process.service
kind http.router: Routes with a prefix.
meta.server | needed | the http.service
prefix | / | the beginning of their paths
middleware | [] | what each request goes through
options | {} | of the middleware
kind http.endpoint: A route that a function answers.
meta.router | needed | the http.router
method | GET | the method
path | needed | /users/{id}, or /files/{path...}
func | needed | the function
kind db.sql.sqlite: A database in a file, or in memory.
file | :memory: | the file
options | {} | { foreign_keys }
limits | 100000 rows, 8MiB | of one result
statement_timeout | none | how long a statement may take
drain_timeout | 30s | how long users of a database that was replaced may take to finish
kind db.sql.postgres: A PostgreSQL server.
host | needed | its host
port | 5432 | its port
database | needed | the database
username | needed | the user
password | needed | the password
pool | 10 open | { max_open, max_idle_time, max_lifetime, queue, wait_timeout }
options | {} | { sslmode, sslrootcert, application_name, … }
connect_timeout | 10s | how long connecting may take
statement_timeout | none | how long a statement may take
limits | 100000 rows, 8MiB | of one result
drain_timeout | 30s | as of db.sql.sqlite
kind db.sql.mysql: A server of MySQL or MariaDB.
host | needed | its host
port | 3306 | its port
database | needed | the database
username | needed | the user
password | needed | the password
pool | 10 open | { max_open, max_idle_time, max_lifetime, queue, wait_timeout }
options | {} | { tls: false, skip-verify or true, … }; others are settings of the session
connect_timeout | 10s | how long connecting may take
statement_timeout | none | how long a statement may take; on MySQL one that reads
limits | 100000 rows, 8MiB | of one result
drain_timeout | 30s | as of db.sql.sqlite
kind store.memory: Keys and values in memory.
max_size | 10000 | keys
max_bytes | 64MiB | of all
cleanup_interval | 5m | how often expired keys are removed
kind store.lmdb: Keys and values on the disk.
path | needed | the folder
max_size | 1000000 | keys
max_value | 1MiB | of one
kind store.redis: Keys and values in a Redis server.
host | localhost | its host
port | 6379 | its port
database | 0 | the database
username | none | the user
password | none | the password
tls | false | whether the connection is encrypted
prefix | the id of the entry | before every key
connect_timeout | 10s | how long connecting may take
timeout | 5s | how long a command may take
queue | 10000 | commands under way
kind store.sql: Keys and values in a table of a database, values as JSON.
database | needed | the db.sql entry
table_name | needed | the table; it must exist
id_column_name | key | the column of keys; they are unique
payload_column_name | value | the column of values: bytes or text
expire_column_name | expires_at | the column that says when one expires: a timestamp, or a bigint of milliseconds
max_value | 1MiB | of one
cleanup_interval | 5m | how often expired keys are removed
kind pg.scope: Groups of processes, apart from those of other scopes.
max_groups | 10000 | groups with members
max_members_per_group | 10000 | of each
kind config.aws: An account of AWS, or of a storage with the same protocol.
region | needed | its region
access_key_id | needed to use it | the key; access_key_id_env names a variable
secret_access_key | needed to use it | its secret; secret_access_key_env names a variable
session_token | none | of keys that expire
kind cloudstorage.s3: A bucket of S3, or of a storage with the same protocol.
bucket | needed | its name
config | needed | a config.aws entry
endpoint | that of AWS | the address of the storage
path_style | true with an endpoint | whether the bucket is named in the path, not in the host
timeout | 60s | how long to wait for an answer, or for more of one
kind queue.driver.memory: Queues in memory.
kind queue.queue: A queue.
driver | needed | its driver
driver_options | 1000 messages, 64MiB | { memory: { max_length, max_bytes } }
dead_letter | none | { queue, max_attempts }: where messages go that have failed
kind queue.consumer: A function that is called for each message.
queue | needed | the queue
func | needed | the function
concurrency | 1 | calls at once
auto_ack | false | whether a message is done as soon as it was handed over
lifecycle | see process.service | as of process.service
kind security.policy: Who may do what.
policy | needed | { actions, resources, effect, conditions }
groups | [] | groups it is in
kind security.policy.expr: The same, with an expression.
policy | needed | { actions, resources, effect, expression }
groups | [] | groups it is in
kind security.token_store: Tokens that stand for an actor and a scope.
store | memory | the store they are kept in
token_length | 32 | bytes
default_expiration | 24h | how long one is valid
token_key | none | signs them; or token_key_env
kind sandbox.policy: What sandboxed code may use.
fuel | 200000000 | units of work
memory | 16MiB | at once
timeout | 30s | altogether
modules | [] | modules it may require
allow | [] | what else it may
kind template.set: Templates that can use each other.
engine | {} | { delimiters, globals, extensions, development_mode }
kind template.jet: A template.
set | needed | its set
source | needed | its text, or file://
kind plugin.component: A WebAssembly component.
path | needed, or hash | the file
hash | none | of what was installed, or of the file
allow | [] | clock, random, env:NAME, fs:/guest=path, fs:/guest=path:rw, fs:/guest=path:rw:64MiB
limits | 64MiB, 2000000000, 10s | { memory, fuel, timeout }
kind plugin.function: A function of a component.
plugin | needed | the plugin.component
export | needed | the name of the export
kind function.wasm: A function in a WebAssembly file.
fs | needed | the fs.directory it is in
path | needed | the file
hash | needed | sha256:…
method | needed | the export
wit | none | its signature, for a core module
limits | as of plugin.component | { memory, fuel, timeout }
kind function.wat: A function in WebAssembly as text.
source | needed | the text, or file://
wit | needed | its signature
method | needed | the export
limits | as of plugin.component | { memory, fuel, timeout }
kind registry.entry: Data, to be looked up.
kind ns.definition: What a component made of entries is.
kind ns.requirement: A value that a component needs from outside.
targets | [] | where the value goes: { entry, path } each
default | none | the value when nobody gives one
kind ns.dependency: A component that this one needs, with values for its requirements.
component | needed | org/module
parameters | [] | { name, value } each
kind fs.directory: The files in a directory, for code and plugins.
directory | needed | the directory
auto_init | false | whether it is made when it is missing
mode | 0755 | its permissions
base | module | what a relative path starts from: the module the entry came with, or project
read_only | false | whether nothing may be written
kind exec.native: Programs of the system, for code that may run them.
default_work_dir | . | where they run, relative to the app
default_env | {} | variables that they have, beside PATH
command_whitelist | [] | complete commands that may be run, preceded by variables that decide which code that is (PATH=/x ls); without it, any command
kind process.wasm: A process whose code is a WebAssembly component.
fs | needed | the fs.directory it is in
path | needed | the file
hash | needed | sha256:…
method | needed | the export
limits | as of plugin.component | { memory, fuel, timeout }
kind http.static: Files that are served.
meta.server | needed | the http.service
path | needed | the path they are below
fs | needed | the fs.directory they are in
static_options | {} | { spa, index, cache }
middleware | [] | as of http.router
options | {} | of the middleware
`
