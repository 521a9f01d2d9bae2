// Codes of the type checker. One line each: code | what | why | how to mend.

export const types = `
LUA_TYPES | The types in the Lua of an entry do not fit. | lua.type_system is enabled, so code that contradicts what it says of itself is refused before it runs. | Mend each place; wippy check shows all of them.
E0001 | A value of one type is used where another is wanted. | An annotation, a function's parameter or its result says what belongs there. | Give it such a value, or change the annotation; T? may be nil, A | B is either, x :: T is taken at its word.
E0002 | An unknown name is used. | It is not a local, not a global of the runtime, and not made by the code or its libraries; it will be nil. | Declare it before it is used, correct the name, or list the module under modules: of the entry.
E0003 | What is called is not a function. | Calling anything else raises an error. | Call what was meant; a for loop goes over ipairs(x) or pairs(x).
E0004 | A field or a method is used that is not there. | The type of the value does not have it: it would be nil, or an error when it is called. | Correct the name, or add the field to the type; if x.field then may be asked of anything.
E0005 | An operator is used on values that do not have it. | Only numbers can be calculated with; only texts and numbers can be joined. | Convert with tonumber or tostring; texts are joined with two dots.
E0006 | A function is given too few or too many values, or is called with a dot where a colon belongs. | It says what it takes. | Give what it takes; methods of an object are called with a colon, functions of a module with a dot.
E0007 | A function may end without the value that it promises. | The type of its result does not include nil, and one way through it has no return. | Return a value on every way, raise an error, or declare the result as T?.
E0008 | Nil is used as if it were something. | It can have no other value at this place. | Assign it before it is used.
E0009 | An undefined type is named. | What has no type is not checked. | Correct the name, or define it: type Name = …
E0010 | A readonly field or element is assigned to. | Its type says that it does not change. | Make another value, or take readonly from the type.
E0011 | Type arguments do not fit: too few, too many, or not what the parameter is bound to. | A generic type or function says what it takes. | Give what it takes.
E0012 | A value that may be nil, or of another type, is used as if it were not. | Its type says so, and no test stands before the use. | Test it first, or give a default: x or …
E0013 | A part of a text is not checked. | Its types take more work than a text of its length may take (a million steps at most), so that no source can hold up a node. | Spread it over several libraries, or give types to what others are made of.
`
