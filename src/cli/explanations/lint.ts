// Codes of `wippy lint`. One line each: code | what | why | how to mend.

export const lint = `
P0001 | The text is not Lua. | What cannot be parsed cannot run. | Mend what the frame points at.
P0002 | Lua requires a module that its entry does not declare. | What code may use stands in its entry, where it can be read and checked. | Add it to modules:, or to imports: when it is a library.
W0001 | A block is empty. | Either something is missing, or the block is not needed. | Write what it is for, leave it out, or say in a comment why it is empty.
W0002 | A value is assigned to an undeclared name. | Without local it is a variable of the whole process, which all its code shares. | Declare it with local.
W0003 | Something is compared with itself. | The result is known, so one side is probably meant to be another; only x ~= x is a question, whether x is NaN. | Compare it with what was meant.
W0004 | A local variable is not used. | It may be a misspelled name, or left over. | Use it, leave it out, or call it _name.
W0005 | A parameter is not used. | It may be a misspelled name, or left over. | Use it, leave it out, or call it _name when callers pass it anyway.
W0006 | A module is required and not used. | It costs memory, and rights are read off what code requires. | Leave it out, in the text and in the modules: or imports: of the entry.
W0007 | A variable has the name of another one around it. | What is meant from here on is not what it was before. | Give one of them another name.
`
