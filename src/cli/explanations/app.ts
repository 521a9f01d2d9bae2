// Codes of what an app is made of: files, entries, configuration, registry, state. One line each: code | what | why | how to mend.

export const app = `
CONFIG_KEY | A setting has an unknown name. | Settings are known only by their exact names, so that a slip is not silently ignored. | Use the name that the message proposes, or remove the setting.
CONFIG_NOT_FOUND | There is no app here, or not the configuration file that was named. | An app is a directory with wippy.config.ts, wippy.lock, .wippy.yaml, src/ or _index.yaml. | Go to that directory, name it, or make one: wippy new, wippy init.
CONFIG_SET | The text after --set sets nothing. | It takes a path of names, an equals sign and a value. | Write section.path=value, for example logger.level=debug.
CONFIG_SHAPE | The configuration file exports no configuration. | Its default export must be a map of settings. | Write: export default defineConfig({ src: './src' })
CONFIG_UNREADABLE | The configuration file could not be run or read. | It failed while it was loaded, or uses TypeScript that has to be compiled. | Mend the line that is named; types are fine, enums and namespaces are not.
CONFIG_VALUE | A setting has a value it cannot have. | Each setting has a type; the default stands in. | Write a value of the kind that the message names.
CONFIG_PROFILE | --profile names a profile that nothing defines. | Profiles are the keys below profiles: in .wippy.yaml. | Check its spelling, or add it there.
CONFIG_VARIABLE | A setting names an environment variable that is not set. | \${env:NAME} without a default needs the variable. | Set it, or write \${env:NAME|default}.
CONFLICT | An entry has changed since the version that a change is based on. | Somebody else was first; applying both could undo what they did. | Look at what is there now and make the change again; a deploy is simply repeated.
DEPENDENCY_UNRESOLVED | A ns.dependency names a component that is not here. | There is no hub to fetch it from. | Put the component into a directory and name that under replacements.
DEPLOY_EMPTY | The folder has no entries. | Such a deploy would change nothing: most likely another folder was meant. | Name the folder with the entry files, for example src.
DIRECTORY_TAKEN | The directory for a new app exists already and is not empty. | Nothing there is overwritten. | Name another directory, or make an app of this one: wippy init.
DURATION_INVALID | A duration cannot be read. | It is a number with a unit, or several. | Write for example 500ms, 30s or 1h30m.
ENTRIES_NONE | A file has no entries. | Only what is under entries: is taken. | Write it like _index.yaml: a namespace, and entries.
ENTRIES_NOT_LIST | What stands under entries: is not a list. | Each entry is an item of a list. | Begin each with "- name: …".
ENTRY_DUPLICATE | Two entries have one id. | An id names exactly one entry; the first one counts. | Rename one of them, or remove it.
ENTRY_EXISTS | An entry that was to be created is there already. | Creating does not replace. | Update it, or choose another name.
ENTRY_FIELD | A field of an entry has a value it cannot have. | Each kind has its fields, with their types and bounds. | See the fields of the kind in docs/kinds.md, and mend the one that is named.
ENTRY_INVALID | The id or kind of an entry cannot be one. | An id is namespace:name; a kind is not empty. | Write for example app:worker, and kind: function.lua.
ENTRY_KIND_INVALID | The kind of an entry is not a text. | A kind is a name. | Write for example kind: function.lua.
ENTRY_NAME_INVALID | The name of an entry cannot be one. | Names are letters, digits, _ - . / @ and +, and begin with a letter or digit. | Write for example name: get_user.endpoint, in quotes when it looks like a number.
ENTRY_NOT_FOUND | There is no such entry. | It was never there, was deleted, or its id is written differently. | "wippy registry list" shows all; the message proposes the nearest.
ENTRY_NOT_MAP | An item under entries: is not a map. | An entry has a name, a kind and fields. | Begin it with "- name: …" and put "kind: …" below.
ENTRY_NO_KIND | An entry has no kind. | The kind says who acts on it. | Add kind:, for example function.lua, or registry.entry for plain data.
ENTRY_NO_NAME | An entry has no name. | Its id is made of the namespace and the name. | Add name:.
ENTRY_NO_SOURCE | An entry of a Lua kind has no source. | There is nothing to run. | Give it source: file://name.lua, or the Lua text itself.
ENV_MISSING | An entry needs an environment variable that is not set. | \${env:NAME} without a default needs it. | Set it, or write \${env:NAME|default}.
ENV_TYPE | An environment variable does not look like what the entry needs. | The default in the entry says which type the field has. | Set the variable to a value of that type.
FIELD_NOT_FOUND | The entry has no such field. | Fields are named by their path. | "wippy registry show ID" shows all of it.
FILE_SHAPE | An entry file is not a map. | It has a namespace and a list of entries. | Begin it with "namespace: app", then "entries:".
FILTER_INVALID | A filter of --meta cannot be read. | It is a field, an operator and a value. | Write field=value, field~pattern, field*part, field^start or field$end.
FOLLOW_FAILED | A saved file could not be taken in. | Something in the runtime failed; it is not a mistake in the file. | Save once more; if it happens again, the log says more.
HISTORY_WRITE | A change could not be written down, and was not applied. | What is not on the disk does not count. | Check the disk (free space, permissions), then try again.
IMPORT_CYCLE | Libraries import each other in a circle. | None of them could be loaded first. | Move what both need into a library of its own.
IMPORT_MISSING | An entry imports one that does not exist. | Names under imports: are ids; without a colon they mean a neighbour. | Correct the id; the message proposes the nearest.
IMPORT_NOT_LUA | An entry imports one that is not a library. | Only library.lua can be bound to a name. | Import a library.lua entry; functions are called with funcs.call.
INCLUDE_EMPTY | file:// names no file. | The path is missing. | Write for example file://worker.lua.
INCLUDE_MISSING | A file that an entry includes does not exist. | The path is relative to the file the entry is in. | Check the spelling, or create the file.
INCLUDE_OUTSIDE | An included file lies outside the source directory. | Files beyond it could be anybody's. | Move it in; file:///… starts at the source directory.
KIND_UNKNOWN | Nothing here handles the kind of an entry. | It is misspelled, or a kind that is not there yet; the entry stays as data. | Use the kind that is proposed, or registry.entry for plain data.
METHOD_NOT_FOUND | The code of an entry returns a table without the function to be called. | That is the one that method: names, or main. | Name one that the table has, or add it.
META_INVALID | meta: of an entry is not a map. | It holds named values to be searched by. | Write keys and values below it.
MODULE_DAMAGED | A module in one file (.wapp) cannot be read. | It is torn or altered, or it is not a module. | Copy it again, or use the sources of the module.
MODULE_MISSING | Modules that wippy.lock names are not here. | There is no hub to fetch them from. | Put the sources of each into a directory and name that under replacements in wippy.lock, or put them where installed modules are: .wippy/vendor/ORGANIZATION/MODULE.
NAMESPACE_INVALID | The namespace cannot be one. | It is words of letters, digits, _ and -, joined by dots. | Write for example namespace: app.api.
NAMESPACE_MISSING | A file has entries but no namespace. | The namespace is the first half of their ids. | Write "namespace: app" above "entries:".
NO_CHANGES | A change of the registry changes nothing. | A version says what became different. | Leave it out, or change something.
OVERRIDE_INVALID | An override does not name a field of an entry. | It is namespace:entry:path=value. | Write for example app:gateway:addr=:9090.
OVERRIDE_NO_ENTRY | An override finds no entry. | Nobody has that id. | Correct the id, or remove the override.
PACK_DAMAGED | A pack is torn or was altered. | Its checksum is not that of what is in it. | Copy it again, or make it anew with wippy pack.
PACK_FORMAT | The file is not a pack. | A pack begins with a mark of its own; files of other programs do not. | Make one with: wippy pack -o FILE.wapp
PACK_NOT_FOUND | There is no such pack. | No file is at that path. | Check the path; wippy pack writes one.
PACK_OUTSIDE | An entry names a file outside the app, which a pack cannot hold. | From elsewhere the path would lead to something else. | Copy the file into the app and name it from there.
PACK_SIZE | The app is too large for a pack. | A pack is read whole, so it has a bound. | Keep data beside the app, not in its source directories.
PACK_VERSION | The pack has another format. | It was made by another version of wippy. | Run it with that version, or make it anew.
REGISTRY_CLASH | An entry was changed at run time and in its file. | Both cannot be in force; what was made at run time stays. | "wippy registry diff ID" shows both; "wippy registry resolve ID" settles it.
REGISTRY_NOT_KEPT | The app keeps no registry on the disk. | registry.history is memory or none. | Set it to durable, or add --set registry.history=durable.
REGISTRY_NO_DIFFERENCE | There is nothing to be resolved: the entry is what the files say. | Only what differs can be settled. | "wippy registry diff" lists what differs.
REQUIREMENT_CONFLICT | Two dependencies give one requirement different values. | It can have one only. | Give it the same value in both, or in one only.
REQUIREMENT_OPEN | A ns.requirement has no value. | Nothing gives it one, and it has no default. | Give it one in a ns.dependency, or a default.
REQUIREMENT_TARGET | A requirement names a place that is not there. | It puts its value into fields of entries. | Correct entry: and path: of the target.
REQUIRE_UNDECLARED | Lua requires a module that its entry does not declare. | What code may use stands in its entry, where it can be read and checked. | Add it to modules:, or to imports: when it is a library.
SIZE_INVALID | A size cannot be read. | It is a number with a unit. | Write for example 64KiB, 32MiB or 1G.
SOURCE_DIR_MISSING | A source directory does not exist. | The configuration names it. | Create it, or correct src in wippy.config.ts or directories.src in wippy.lock.
SOURCE_UNREADABLE | An entry file could not be read. | The system refused. | Look at its permissions.
STATE_BUSY | Too much waits to be written to the state. | Memory for writes is bounded. | Wait for earlier writes; write less at once.
STATE_CHANGED | Another wippy has stored changes since this one started. | Two may not write one state in turns without seeing each other's changes. | Start again.
STATE_CLOSED | The state has been closed. | The node is stopping. | Start again.
STATE_CORRUPT | The stored state is damaged. | A checksum does not match: the disk, or a program, has altered it. | Restore the state folder from a backup, or move it away to begin anew.
STATE_FULL | The disk is full. | Nothing was written, and nothing was promised. | Make room, and try again.
STATE_KEY | A key is too long for the store. | Keys have a bound of their own. | Use a shorter key.
STATE_NEWER | The state was written by a newer wippy. | Its format is not known here. | Update this wippy, or use another state folder.
STATE_NOT_FOUND | Nothing is stored here. | No node has kept anything in this folder yet. | Say where the app is: -C directory, or --state folder.
STATE_OWNED | Another wippy uses this state. | One program writes it, so that nothing is lost. | Use the command on the running node, stop that node first, or give this one another folder with --set state=DIR.
STATE_READ_ONLY | The state was opened for reading. | This command only looks. | Use the one that changes.
STATE_UNREADABLE | The stored state cannot be opened. | The system refused, it belongs to another user, or it is something else. | Check the permissions and what is there, or work as the user who owns it.
STATE_WRITE | The state could not be written. | The system refused. | Check the disk; nothing was done by halves.
VERSION_INVALID | What was given is not a version. | Versions are numbers. | Write v3.
VERSION_NOT_FOUND | There is no such version. | It has not been made, or nothing lies before the first. | "wippy registry history" lists them.
VERSION_PRUNED | The changes back to that version are no longer kept. | Old versions go when there are too many. | registry.keep says how many stay.
WATCH_FAILED | Files can no longer be followed. | The system has no more watches, or the directory is gone. | Start again; on Linux raise fs.inotify.max_user_watches.
YAML_INVALID | A file cannot be read as YAML. | Some characters in it have a meaning of their own in YAML. | Put texts with : # { [ * or & in quotes.
`
