// Codes of commands, of the way to a running node, of plugins and of code nobody trusts. One line each: code | what | why | how to mend.

export const tool = `
AUDIT_QUERY | The audit cannot be searched that way. | Each filter has a form. | Look at wippy audit --help.
COMMAND_UNKNOWN | There is no such command. | It is misspelled, or not there yet. | Use the one that is proposed; "wippy --help" lists all.
CONTROL_ADDRESS | The address of a node cannot be read. | It is a host and a port. | Write host:port.
CONTROL_ARGUMENT | A request to a node lacks something. | The command and the node are of different versions. | Use the wippy that the node was started with.
CONTROL_BUSY | The node has too many requests at once. | What it reads and does for commands is bounded. | Try again.
CONTROL_DENIED | The node does not let this command in. | Its token is missing or wrong. | Set WIPPY_CONTROL_TOKEN to the token of the node.
CONTROL_FRAME | A message to a node is too large, or malformed. | What is read at once is bounded. | Use the wippy that the node was started with.
CONTROL_MESSAGE | A node received something that is not a message. | It did not come from wippy. | Use the wippy that the node was started with.
CONTROL_SIZE | A request is larger than a node takes. | It is read whole, so it has a bound. | Deploy folder by folder, or put large files beside the entries.
CONTROL_TAKEN | Another node can be reached here already. | Commands reach one node of a folder. | Stop that one, or give this one another state folder.
CONTROL_TOKEN | control.listen needs a token. | Without one, whoever reaches the port could do everything. | Set control.token, or WIPPY_CONTROL_TOKEN, to 16 characters or more that nobody can guess.
CONTROL_VERB | The node does not know what was asked. | It is of another version. | Use the wippy that the node was started with.
CONTROL_VERSION | The node speaks another version of the protocol. | It is of another version. | Use the wippy that the node was started with.
EXPLAIN_UNKNOWN | There is no such code. | It is misspelled, or of another version. | "wippy explain --list" shows all.
MCP_INPUT | A tool was called with something it does not take. | Its input has a schema. | Look at the schema of the tool.
MCP_LISTEN | The MCP server cannot listen there. | Another program has the port. | Choose another --port.
MCP_TOKEN | The token of the MCP server is too short. | Whoever guesses it could use the tools. | Use 16 characters or more.
NODE_GONE | The node has closed the connection. | It has stopped. | Look at its log; start it again.
NODE_SILENT | The node does not answer. | Something holds it up, or it is gone without closing the connection. | Look at its log, and at the load of its machine.
NODE_UNREADY | The node here is starting or stopping. | It cannot be reached meanwhile, and this took too long. | Try again in a moment; if it hangs, end its process.
NO_NODE | No node can be reached here. | None runs with this state folder. | Start one with "wippy run", or say where it runs: -C directory, --state folder, --to host:port.
PLUGIN_ARGUMENT | A value is not what a plugin takes. | Its types are those of its WIT. | "wippy plugin inspect" shows them.
PLUGIN_BUSY | Too many calls of a plugin wait. | What waits is bounded. | Call less at once.
PLUGIN_CLOSED | The plugin has been removed. | It takes no more calls. | Install it again.
PLUGIN_CRASHED | The thread of a plugin ended. | Its component broke it. | It starts afresh with the next call; report it to its author.
PLUGIN_ENTRY | An entry of a plugin says something that cannot be. | Its fields have their forms. | Mend the field that is named.
PLUGIN_EXISTS | There is a plugin of that name. | A name means one plugin. | Use "wippy plugin update", or another --name.
PLUGIN_EXIT | The plugin ended itself. | It called exit. | Its code must return instead; tell its author.
PLUGIN_FAILED | The plugin returned an error. | The error is its own. | Look at err:details().error.
PLUGIN_FEATURE | A component uses WebAssembly that plugins may not. | It could not be metered. | Build it for WebAssembly 2.0 without threads.
PLUGIN_FILE | There is no component to install. | The file or folder has none, or several. | Give the .wasm file.
PLUGIN_FUEL | The plugin spent its fuel. | Each call may do so much. | Ask for less, or raise limits.fuel.
PLUGIN_GRANT | What was given is not a permission. | There are only a few. | Write clock, random, env:NAME, fs:/guest=path, fs:/guest=path:rw or fs:/guest=path:rw:64MiB.
PLUGIN_HASH | The component is not the one the entry names. | Its hash is another. | If the file is right, put its hash into the entry.
PLUGIN_IMPORT | The component needs what is not offered. | Sockets, HTTP and other hosts are not there. | Build it without them.
PLUGIN_IN_USE | The plugin is used. | Its users would fail. | Change or delete those first.
PLUGIN_MALFORMED | The component cannot be read. | It is cut short, or does not do what its WIT says. | Build it again.
PLUGIN_MEMORY | The plugin needed more memory than it may have. | Its memory is bounded. | Ask for less, or raise limits.memory.
PLUGIN_NAME | The text cannot be the name of a plugin. | It becomes part of ids. | Use lower-case letters, digits, - and _.
PLUGIN_NOT_FOUND | There is no such plugin. | It is not installed, or could not be started. | "wippy plugin list" shows those that are.
PLUGIN_NOT_INSTALLED | No component of that hash is installed here. | The entry names one by its hash alone. | Install it, or give its path.
PLUGIN_NO_COMPONENT | The file is not a component. | It is a core module, or something else. | Wrap a module: jco new module.wasm -o component.wasm
PLUGIN_NO_EXPORT | The component has no such function. | Its exports have other names. | "wippy plugin inspect" shows them.
PLUGIN_OUTDATED | The component has a format that is not known. | It was made by older or newer tools. | Build it with current ones (component model 0.2).
PLUGIN_STACK | The plugin overflowed its stack. | Its calls were nested too deep. | Ask for less, or tell its author.
PLUGIN_TIMEOUT | A call of the plugin took too long. | Each call has a time. | Ask for less, or raise limits.timeout.
PLUGIN_TOO_LARGE | The component is too large. | It is kept and compiled whole. | Build it without debug information.
PLUGIN_TRAP | The plugin trapped. | Its code did what WebAssembly forbids. | Tell its author.
PLUGIN_TYPE | The component has types that cannot be converted. | Its glue code is not as expected. | Report it, with the component.
BENCH_FILE | The name of a file says neither picture nor figures. | Its ending decides what is written. | Let it end with .svg, .png or .json.
SEAT_TAKEN | Another wippy still works on what is stored here. | Two at once could lose each other's changes. | Try again when it is done, or end it.
SYSTEM_REFUSED | The operating system refused something. | The path is not there, may not be used, or a port is taken. | Do what the message says.
SANDBOX_FAILED | Sandboxed code returned an error. | The error is its own. | Look at the message.
SANDBOX_FILE | The file with code cannot be read. | It is not there, or not readable. | Give a file with Lua, or - for standard input.
SANDBOX_INPUT | --input is not JSON. | It is what the code gets. | Quote it: --input '{"n": 1}'
SANDBOX_OPTION | An option of a sandboxed run has a value it cannot have. | Limits are numbers and sizes. | Mend the one that is named.
SANDBOX_POLICY | A sandbox policy says something that cannot be. | Its fields have their forms. | Mend the field that is named.
SANDBOX_POLICY_UNKNOWN | There is no such sandbox policy. | No entry has that id. | Correct the id.
SANDBOX_TIMEOUT | Sandboxed code took too long, and was ended. | Its time is bounded. | Make it faster, or give it more time.
TARGET_UNKNOWN | There is nothing of that name to run. | Commands are process entries with meta.command. | "wippy run list" shows them; -x runs any process.
TEMPLATE_MISSING | No template was named. | An app begins with one. | "wippy new --list" shows them.
TEST_NONE | There is no such test. | A test is an entry with meta.type: test, chosen by a part of its id or suite. | Look at docs/testing.md, or choose by other words.
TEMPLATE_UNKNOWN | There is no such template. | It is misspelled, or not there yet. | "wippy new --list" shows those that are.
UNKNOWN | The node gives no details. | It is of another version. | Use the wippy that the node was started with.
USAGE | A command was given wrong flags or arguments. | One is missing, or unknown. | "wippy COMMAND --help" shows what it takes.
PLUGIN_ASK | A plugin made a malformed request to the app. | Its arguments are not a list, or not JSON. | Tell its author.
PLUGIN_KIND | An entry of a plugin's kind names no plugin. | The plugin acts on it. | Write plugin: with the id of the component.
PLUGIN_KIND_REFUSED | A plugin refused an entry of its kind. | The reason is its own. | Mend what it says.
ENTRY_NO_PLUGIN | The module plugin was used by something other than a process.wasm. | It calls the component of its own entry. | Call a plugin with funcs.call.
MCP_BUSY | An agent has too many calls under way. | What one agent may do at once is bounded. | Wait for some.
SANDBOX_NO_FUNCTION | Sandboxed code returns no function. | The function is what gets the input. | Write: return function(input) … end
SANDBOX_SOURCE | Sandboxed code is too long, or cannot be read in time. | Parsing code takes work, as running it does. | Give less code.
`
