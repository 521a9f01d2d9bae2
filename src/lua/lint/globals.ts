// The names that are there without anybody declaring them: Lua's own, and the runtime's.

const LUA = `_G _VERSION assert collectgarbage error getmetatable ipairs load next pairs pcall print rawequal rawget rawlen rawset require
  select setmetatable tonumber tostring type unpack warn xpcall coroutine debug math os string table utf8`
const RUNTIME = 'channel errors logger payload process'

export const GLOBALS: ReadonlySet<string> = new Set(`${LUA} ${RUNTIME}`.split(/\s+/))
