// Codes of what Lua modules answer with, and of the services behind them. One line each: code | what | why | how to mend.

export const module = `
AGENT_GRANT | A right of an agent is not valid. | Rights are kinds and names of what is there. | Write what the message asks for.
AGENT_INPUT | The input of an agent's tool is not valid. | It has a form and a bound. | Write what the message asks for.
AGENT_NAME | The text cannot be the name of an agent. | Names stand in the audit and in policies. | Use letters, digits, - and _.
AGENT_POLICY | There is no policy of that name for an agent. | Agents act within the policies of the app. | Add a security.policy entry, or name one that is there.
AGENT_TIMEOUT | What an agent called took too long. | It waits for an answer, but not for ever. | Call what answers sooner.
AGENT_UNKNOWN | An agent cannot do that. | There is no tool of that name. | Ask which tools there are.
CLOUDSTORAGE_ARGUMENT | An argument of the module cloudstorage is not what it takes. | Keys are texts without parts "." or "..", headers have their forms. | Look at docs/lua.md.
CLOUDSTORAGE_BUSY | A process has too much under way on buckets. | It may have 16 operations at once. | Wait for some of them.
CLOUDSTORAGE_CONFLICT | The condition of a request does not hold. | The object has another ETag, exists already, or has not changed. | Read it again, and decide again.
CLOUDSTORAGE_FAILED | A storage did not do what it was asked to do. | It cannot be reached, refuses, or fails. | Look at the message: it has the storage's own code.
CLOUDSTORAGE_KEYS | An account has no keys. | Neither access_key_id and secret_access_key are there, nor the variables that are named instead. | Write them, or set the variables.
CLOUDSTORAGE_NOT_FOUND | There is no such object. | No object of the bucket has that key. | Correct the key.
CLOUDSTORAGE_UNKNOWN | There is no such storage. | No entry of kind cloudstorage.s3 has that id. | Correct the id.
COMPRESS | Data could not be compressed or decompressed. | It is empty or of another format, the level is not valid, or the result is larger than max_size. | Look at the message; raise max_size for trusted data.
CONNECTION_KIND | The entry is neither a database nor a store. | It is of another kind. | Name one that is.
CONNECTION_NOT_FOUND | There is no such database or store. | No entry has that id, or it could not be started. | Correct the id; "wippy check" says why an entry does not start.
CRYPTO_DECRYPT | Data could not be decrypted. | The key is a different one, or the data was altered. | Use the key and the additional data it was encrypted with.
CRYPTO_INVALID | An argument of the module crypto is not what it takes. | Keys and lengths have their sizes. | Look at docs/lua.md.
ENV_ARGUMENT | A variable without a name was asked for. | Variables are found by their names. | Name one.
ENV_FILE_LARGE | A file of variables is too large. | It is read whole. | Keep less than 1 MiB in it.
ENV_FILE_MISSING | A file of variables does not exist. | The entry says that it must be there. | Create it, or set auto_create: true.
ENV_FILE_READ | A file of variables could not be read. | The system refused. | Look at its permissions.
ENV_FILE_WRITE | A file of variables could not be written. | The system refused. | Look at its permissions and at the disk.
ENV_NAME_TAKEN | Two entries declare one variable in different storages. | A name means one variable. | Choose another name, or the same storage.
ENV_NOT_FOUND | The variable is not declared. | Code sees only variables that entries declare. | Add an env.variable entry.
ENV_NOT_SET | The variable has no value. | Its storage has none, and it has no default. | Set it, or give it a default.
ENV_NO_STORAGE | The storage of a variable is gone. | Its entry was deleted. | Add the storage again.
ENV_READ_ONLY | The variable cannot be written. | It, or its storage, is for reading. | Use another storage, or take read_only away.
ENV_STORAGE_INVALID | A storage of variables is not valid. | Its fields have their forms. | Mend the field that is named.
ENV_VARIABLE_INVALID | The declaration of a variable is not valid. | It has a name and a storage. | Mend the field that is named.
EVAL_CLASS | Code that came as text wants a module of a class that is not allowed. | Only what computes is there by itself. | Name the class in allow_classes, if the code may have it.
EVAL_INVALID | What eval_runner was given is not valid. | Its fields have their types. | Mend the field that is named.
EVENTS_ARGUMENT | An argument of the module events is not what it takes. | Systems and kinds are texts. | Look at docs/lua.md.
EVENTS_RESERVED | An event was sent as the runtime's. | Only the runtime speaks for its own systems. | Use a system of your own.
EVENTS_TAG_TAKEN | A subscription of that tag is there already. | A tag means one subscription. | Report it.
EVENTS_TOO_MANY | A process has too many subscriptions. | Each event goes through all of them. | Close some, or listen to a pattern.
EXCEL_ARGUMENT | An argument of the module excel is not what it takes. | Cells hold texts, numbers and booleans; files have 16 MiB at most. | Look at docs/lua.md.
EXCEL_FILE | A file is not a workbook. | It is of another format, damaged, or has more cells than are read. | Save it anew as .xlsx.
EXCEL_TOO_MUCH | Work on a workbook was given up. | It takes too long, or too much memory. | Work on smaller ones.
EXEC_ARGUMENT | An argument of the module exec is not what it takes. | A command is text, env a table. | Look at docs/lua.md.
EXEC_BUSY | Too many programs are run at once. | A process has 16 of them, all together 256. | Wait for some to end.
EXEC_DENIED | The command may not be run. | command_whitelist of the exec.native entry names others. | Name it there, as it is.
EXEC_FAILED | A program could not be run, or is not running. | It is not there, was not started, or was closed. | Look at the message.
EXEC_NOT_FOUND | There is no such executor. | No exec.native entry has that id. | Correct the id.
EXPR | An expression has no value. | Its syntax is wrong, a name in it is missing, its types do not fit, or it takes too much work. | Look at the expression and at what its names stand for.
FS_ARGUMENT | An argument of the module fs is not what it takes. | Paths, modes and offsets have their types. | Look at docs/lua.md.
FS_NOT_FOUND | There is no such directory for files. | No fs.directory entry has that id. | Correct the id.
HASH_BAD_INPUT | An argument of the module hash is not what it takes. | It hashes texts with the algorithms there are. | Look at docs/lua.md.
HTTP_ADDRESS | The address of an HTTP service cannot be listened on. | Another program has it, or it is not ours to take. | Choose another addr, or stop the other program.
HTTP_ANSWER_TOO_LARGE | The body of an answer is too large. | What is held in memory has a bound. | Raise max_response_body, or read it as a stream.
HTTP_BEGUN | The head of the answer was sent already. | Status and headers come before the body. | Set them first.
HTTP_BODY_LATE | The body of a request did not come in time. | A slow client must not hold a worker. | Raise the timeout, if clients are slow.
HTTP_BODY_TAKEN | The body of a request was read already. | It is read once. | Keep what was read.
HTTP_BODIES_FULL | The server holds as many bodies of requests as it may. | Those that are taken whole share limits.bodies. | Try again; read bodies as streams, or raise limits.bodies.
HTTP_BODY_TOO_LARGE | The body of a request is too large. | What is held in memory has a bound. | Send less, raise max_body, or read it as a stream.
HTTP_CLIENT_ARGUMENT | An argument of the module http_client is not what it takes. | Each has its type. | Look at docs/lua.md.
HTTP_CLIENT_BUSY | A process has too many requests under way. | Each holds a connection. | Wait for some.
HTTP_ENTRY | An http entry is not valid. | Its fields have their forms, and name entries that exist. | Mend the field that is named.
HTTP_FORM | A form cannot be read. | It is torn, or not of the type it claims to be. | Look at the client.
HTTP_GONE | The client is gone. | It closed the connection. | Nothing to mend; stop working for it.
HTTP_HEAD_INVALID | A status or header cannot be sent. | HTTP knows no such value. | Use a status of 100 to 999 and headers without line ends.
HTTP_HOST_UNKNOWN | No address is known for a host. | The name is misspelled, or the network is away. | Correct the name; try again.
HTTP_NONE | There is no request here. | The code does not run for one. | Use http in functions of endpoints.
HTTP_PATTERN | The path of a route is not valid. | Its parameters have a form. | Write for example /users/{id}, or /files/{path...}.
HTTP_REQUEST_CANCELED | A request was given up. | Its process ended. | Nothing to mend.
HTTP_REQUEST_FAILED | A request failed on its way. | The reason follows. | Try again; look at the other side.
HTTP_REQUEST_LATE | A request took too long. | It has a timeout. | Raise the timeout, or look at the other side.
HTTP_ROUTE_TAKEN | Two endpoints have one route. | A request goes to one. | Give one another path or method.
IO_END | There is no more input. | Standard input has ended. | Nothing to mend: it is how reading ends.
IO_NO_RAW | The terminal cannot be read key by key. | Input is not a terminal, or has no such mode. | Read lines instead.
IO_NO_TERMINAL | The process has no terminal. | Only a process that wippy run started has one. | Use the logger in services.
JSON_BAD_SCHEMA | A JSON schema cannot be used. | It is not a schema, or of a draft that is not known. | Mend the schema.
JSON_NOT_TEXT | What should be JSON is not a text. | JSON is UTF-8. | Encode it first.
JSON_NOT_VALID | A value does not meet its schema. | The path and the rule are named. | Mend the value, or the schema.
JSON_SYNTAX | A text is not JSON. | Something else was expected. | Mend the marked place.
JSON_TOO_SLOW | Checking against a schema took too long. | A pattern in it can take for ever. | Make the patterns simpler.
JWT_INVALID | A token cannot be made from that. | Claims, key and algorithm have their forms. | Look at docs/lua.md.
JWT_REFUSED | A token is not valid. | It was altered, is not valid at this time, or was signed with another key. | Ask for a new one.
MIDDLEWARE_UNKNOWN | There is no such middleware. | The name is misspelled, or not there yet. | Use one of those that are named.
OTEL_SETTING | A setting of otel is not valid. | It has another type, or names a protocol that is not supported. | Write what the message says; without it nothing is traced.
PROMETHEUS_ADDRESS | prometheus.address is not an address. | Metrics are served there: it is a host and a port. | Write for example prometheus: { enabled: true, address: "localhost:9090" }.
QUEUE_ARGUMENT | An argument of the module queue is not what it takes. | Headers are texts, numbers and booleans. | Look at docs/lua.md.
QUEUE_DROPPED | A message was given up after its attempts. | Its consumer failed each time, and there is no dead-letter queue. | Mend the consumer; add dead_letter.queue to keep such messages.
QUEUE_FULL | The queue is full. | What waits is bounded. | Consume faster, or raise max_length or max_bytes.
QUEUE_NOT_FOUND | There is no such queue. | No entry has that id. | Correct the id.
REGISTRY_ARGUMENT | An argument of the module registry is not what it takes. | Entries are tables with id, kind, meta and data. | Look at docs/lua.md.
SQL_ARGUMENT | An argument of the module sql is not what it takes. | Statements are texts, parameters values. | Look at docs/lua.md.
SQL_BUSY | No connection became free in time. | All connections of the pool are in use. | End transactions sooner, or raise pool.max_open.
SQL_CANCELED | A statement was given up. | Its process has ended. | Nothing to mend.
SQL_CONFLICT | Others were in the way; nothing was done. | Two transactions touched the same data. | Try again.
SQL_CONSTRAINT | A constraint of the database was broken. | It is named by the database. | Mend the values.
SQL_ENDED | The transaction is over. | It was committed or rolled back, or its connection was lost. | Begin another.
SQL_FAILED | The database refused a statement. | Its own words follow. | Mend what it says.
SQL_FORBIDDEN | The database does not allow that. | The user has no right to it. | Grant it, or do without.
SQL_LOGIN | The database refuses the login. | User or password are wrong. | Correct the entry.
SQL_LOST | The connection was lost while the database was at work. | Whether it was done is not known. | Look before trying again.
SQL_PARAMETER | A parameter cannot be sent. | It is of a type the database has none for. | Convert it first.
SQL_QUEUE_FULL | Too many statements wait for a connection. | What waits is bounded. | Ask less at once, or raise pool.queue.
SQL_RESULT_TOO_LARGE | A result has too many rows or bytes. | It would fill the memory. | Ask for less with LIMIT, or raise limits.
SQL_STATEMENT | A statement cannot be read by the database. | Its own words follow. | Mend the statement.
SQL_TIMEOUT | A statement took too long, and was ended. | statement_timeout says how long it may take. | Make it quicker, or raise the timeout.
SQL_TOO_MANY | A process has too many open transactions. | Each holds a connection. | End some first.
SQL_UNAVAILABLE | The database cannot be reached; nothing was done. | The network or the server is away. | Try again.
SQL_UNIQUE | A value is there already. | The database says it is unique. | Choose another, or update instead.
STORE_ARGUMENT | An argument of the module store is not what it takes. | Keys are texts, times are durations. | Look at docs/lua.md.
STORE_CONFLICT | The entry has another version by now. | Somebody else wrote it. | Read it again and decide with its new version.
STORE_EXISTS | The key is there already. | It was to be written only if not. | Read it, or write without that condition.
STORE_FAILED | The store refused. | Its own words follow. | Mend what it says.
STORE_FULL | The store is full. | What it holds is bounded. | Delete keys, let them expire, or raise max_size or max_bytes.
STORE_KEY_NOT_FOUND | There is no such key. | It was never written, or has expired. | Nothing to mend; it is how reading tells.
STORE_LOGIN | The store refuses the login. | User or password are wrong. | Correct the entry.
STORE_LOST | The connection was lost while the store was at work. | Whether it was done is not known. | Look before trying again.
STORE_UNAVAILABLE | The store cannot be reached; nothing was done. | The network or the server is away. | Try again.
STORE_UNVERSIONED | The store does not write on conditions. | It is a table of a database, whose rows have no versions. | Write without a condition, or use another kind of store.
STORE_VALUE | A value cannot be stored. | It is too large, or no data. | Store less, or plain data.
METRICS_ARGUMENT | A metric is not valid. | A name always means the same kind of metric, a counter only grows, labels are few and short. | Use another name, or what the message asks for.
METRICS_FULL | There are too many series. | Each name with its labels is one, and is kept. | Take out labels that have many values, such as ids.
STREAM | A stream failed. | The other side ended it. | Look at the other side; try again.
STREAM_TOO_MANY | A process has too many open streams. | Each holds memory. | Close some.
SYNTAX_ARGUMENT | An argument of the module treesitter is not what it takes. | Positions are not negative, ranges in order. | Look at docs/lua.md.
SYNTAX_LANGUAGE | There is no such language. | Each has a few names. | Use one that supported_languages returns.
SYNTAX_PATTERN | A pattern is not valid. | It is an S-expression of kinds and fields of its language, nested at most 100 times. | Mend what the message names.
SYNTAX_TIMEOUT | Code was not parsed in time. | set_timeout says how long. | Allow more, or parse less at a time.
SYNTAX_TOO_LARGE | Code, its tree, or what was found is too large. | 512 KiB, 200,000 nodes, 100,000 captures. | Work on a part at a time.
SYNTAX_TOO_MUCH | Work on code took too long, or too much memory. | It is done in a thread that is ended then. | Work on a part at a time.
SYNTAX_UNAVAILABLE | Tree-sitter, or a grammar, is not installed. | They are packages beside the app. | npm install web-tree-sitter @vscode/tree-sitter-wasm, and tree-sitter-NAME for others.
SYSTEM_ABSENT | This runtime does not have that. | It belongs to another implementation. | Do without.
SYSTEM_ARGUMENT | An argument of the module system is not what it takes. | Each has its type. | Look at docs/lua.md.
SYSTEM_LOCKED | A lock is held by somebody else. | One at a time has it. | Wait, and try again.
SYSTEM_LOCKS_TOO_MANY | The process holds as many locks as it may. | They are kept outside its memory. | Let go of those that are not needed.
SYSTEM_NO_SERVICE | The entry is under no supervision. | It is not a service, or not started. | Correct the id.
TEMPLATE_INVALID | A template cannot be read. | Its syntax is wrong at the line that is named. | Mend that line.
TEMPLATE_NAME_TAKEN | Two templates of a set have one name. | They are found by name. | Give one another meta.name.
TEMPLATE_NOT_FOUND | There is no such template. | The set has none of that name. | Correct the name.
TEMPLATE_NO_SET | There is no such set of templates. | No entry has that id. | Correct the id.
TEMPLATE_RENDER | A template failed while it was rendered. | The line is named. | Mend the line, or the data.
TEXT_ARGUMENT | An argument of the module text or html is not what it takes. | Texts are strings, sizes whole numbers. | Look at docs/lua.md.
TEXT_LARGE | The result would be larger than 16 MiB. | Untrusted input could make it grow without bound. | Work on a part of the text at a time.
TEXT_PATCH | Patches could not be made or applied. | They do not fit the text. | Make them again.
TEXT_REGEXP | A regular expression is not valid. | Its syntax is that of RE2, without back references. | Correct it where the message says.
TEXT_TOO_MUCH | Work on a text took too long, or too much memory. | It is done in a thread that is ended then. | Work on a part of the text at a time.
THREAD_FULL | Too many jobs wait for a thread. | It does one after another. | Ask again later.
TIME_BAD_DURATION | A duration is not a number of nanoseconds. | The module time takes numbers, or texts like 5s. | Write for example "5s".
TIME_TAG_TAKEN | A timer of that tag runs already. | A tag means one timer. | Report it.
TIME_TOO_MANY_TIMERS | A process has too many timers. | Each is kept by the node. | Stop some.
TIME_ZONE_UNKNOWN | There is no such time zone. | Zones have the names of the IANA database. | Write for example Europe/Berlin.
TOKEN_INVALID | The token is not valid. | It was altered, has expired, or was revoked. | Ask for a new one.
TOKEN_LIFE | A token cannot be valid for that time. | It must end, and not before it begins. | Give a time greater than 0.
TOKEN_STORE_FULL | Too many tokens are valid. | The store of tokens is bounded. | Let some end, or give the store an entry of kind store.
TOKEN_STORE_NOT_FOUND | There is no such store of tokens. | No entry has that id. | Correct the id.
UNKNOWN_OUTCOME | Whether something was done is not known. | The node stopped before the answer was written down. | Find out at the other side before doing it again.
URL_INVALID | The address of a request cannot be read. | It is an absolute URL of http or https. | Write for example https://example.com/path.
UUID_BAD_NAME | The name for a uuid is not a text. | v3 and v5 are made of texts. | Give a text.
UUID_BAD_NAMESPACE | The namespace for a uuid is not valid. | It must be a uuid itself. | Give a uuid.
WEBSOCKET_ARGUMENT | An argument of the module websocket is not what it takes. | Numbers are whole, codes of closing are those of the protocol. | Look at docs/lua.md.
WEBSOCKET_BUSY | A process has too many WebSockets, or sends faster than it is taken. | Both are bounded. | Close some; wait before the next message.
WEBSOCKET_CLOSED | The WebSocket is closed. | One of the two sides has closed it. | Connect again.
WEBSOCKET_FAILED | A WebSocket could not be opened, or broke. | The other side did not accept it, or went away. | Look at the address; try again.
YAML_ARGUMENT | An argument of the module yaml is not what it takes. | It decodes texts and encodes plain data. | Look at docs/lua.md.
`
