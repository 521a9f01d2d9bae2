// Lua that tries to take more than its share. `ends`: how the process must end when it is given time; null: it may go on for ever, a slice
// at a time. Each is also tried within pcall and within coroutines, where it must do no better.

export type Bomb = { readonly name: string; readonly code: string; readonly ends: readonly string[] | null }

export const bombs: readonly Bomb[] = [
  { name: 'endless loop', code: 'while true do end', ends: null },
  { name: 'endless goto', code: '::again:: goto again', ends: null },
  { name: 'endless pcall', code: 'while true do pcall(error, "x") end', ends: null },
  { name: 'endless handler', code: 'while true do xpcall(error, function() end) end', ends: null },
  { name: 'endless coroutines', code: 'while true do coroutine.wrap(function() coroutine.yield() end)() end', ends: null },
  { name: 'endless metamethod', code: 'local t = setmetatable({}, { __index = function() while true do end end }) return t.x', ends: null },
  { name: 'endless comparator', code: 'table.sort({ 3, 2, 1 }, function() while true do end end)', ends: null },
  { name: 'endless replacement', code: '("x"):gsub("x", function() while true do end end)', ends: null },
  { name: 'endless __close', code: 'local x <close> = setmetatable({}, { __close = function() while true do end end })', ends: null },
  {
    name: 'endless finalizer',
    code: 'for i = 1, 1e9 do setmetatable({}, { __gc = function() while true do end end }) end',
    ends: ['PROCESS_FUEL'],
  },
  {
    name: 'endless tostring',
    code: 'return tostring(setmetatable({}, { __tostring = function() while true do end end }))',
    ends: ['PROCESS_FUEL'],
  },
  { name: 'recursion', code: 'local function f() return 1 + f() end return f()', ends: ['LUA_ERROR', 'PROCESS_MEMORY', 'PROCESS_FUEL'] },
  {
    name: 'recursion in C',
    code: 'local function f() return (("x"):gsub(".", f)) end return f()',
    ends: ['LUA_ERROR', 'PROCESS_MEMORY', 'PROCESS_FUEL'],
  },
  { name: 'one huge string', code: 'return ("x"):rep(1e9)', ends: ['PROCESS_MEMORY'] },
  { name: 'doubling string', code: 'local s = "x" while true do s = s .. s end', ends: ['PROCESS_MEMORY'] },
  { name: 'growing table', code: 'local t = {} while true do t[#t + 1] = {} end', ends: ['PROCESS_MEMORY'] },
  { name: 'coroutines kept', code: 'local t = {} while true do t[#t + 1] = coroutine.create(print) end', ends: ['PROCESS_MEMORY'] },
  { name: 'strings kept', code: 'local t = {} for i = 1, 1e9 do t[i] = ("x"):rep(1000) .. i end', ends: ['PROCESS_MEMORY'] },
  { name: 'backtracking pattern', code: 'return (("a"):rep(40)):find(("a*"):rep(20) .. "b")', ends: ['PROCESS_FUEL'] },
  { name: 'quadratic pattern', code: 'return (("("):rep(200000)):gsub("%b()", "")', ends: ['PROCESS_FUEL'] },
  { name: 'table.move', code: 'table.move({}, 1, 1 << 40, 2, {})', ends: ['PROCESS_FUEL'] },
  { name: 'false length', code: 'table.insert(setmetatable({}, { __len = function() return 1 << 40 end }), 1, 1)', ends: ['PROCESS_FUEL'] },
  { name: 'large copies', code: 'local s = ("x"):rep(2e6) while true do local t = s .. "y" end', ends: null },
]

/** The ways in which Lua code may try to survive its own bomb. */
export const wrappings: readonly { readonly name: string; readonly wrap: (code: string) => string }[] = [
  { name: 'plain', wrap: (code) => `return function() ${code} end` },
  { name: 'in pcall for ever', wrap: (code) => `return function() while true do pcall(function() ${code} end) end end` },
  {
    name: 'in a nested coroutine',
    wrap: (code) => `return function() coroutine.wrap(function() coroutine.wrap(function() ${code} end)() end)() end`,
  },
  {
    name: 'in a coroutine in pcall for ever',
    wrap: (code) => `return function() while true do pcall(coroutine.wrap(function() ${code} end)) end end`,
  },
]
