// What a check tells, and what it leaves alone.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { checked, told } from './marked.ts'

const test = suite('check')

test('locals are what they say', () => {
  told(`
local a: number = "hello" --! E0001 "hello" is not assignable to number
local b: string = 42 --! E0001
local c: number = true --! E0001
local d: number = {} --! E0001
local e: number = nil --! E0001
local f: number | string = true --! E0001
local g: number | string = {} --! E0001
local h: integer = 1
local i: number = h
local j: integer = 1.5 --! E0001
local k: any = "anything"
local l: number = k
local m: unknown = k
local n: number = m --! E0001
local o: "a" | "b" = "a"
local p: "a" | "b" = "c" --! E0001
local q: number? = nil
return a, b, c, d, e, f, g, i, j, l, n, o, p, q
`)
})

test('nothing is kept under the key nil', () => {
  told(`
type User = { name: string, email?: string }
local function index(users: { User }, ages: { [string]: number }): any
  local seen, none = {}, nil
  seen[nil] = true --! E0008 nothing is kept under the key nil
  ages[none] = 1 --! E0008 nothing is kept under the key nil
  local made = { [nil] = 1 } --! E0008 nothing is kept under the key nil
  for at, user in ipairs(users) do
    seen[at], seen[user.name], seen[user] = user, user, true
    seen[user.email] = true --! E0012 'user.email' may be nil
    seen[user.email] = false
    if user.email then ages[user.email] = at end
  end
  seen[ages.ada], seen[users[1].name] = 1, 2
  return seen[nil] or made[none]
end
return index
`)
})

test('what is assigned later is what was said', () => {
  told(`
local x: number = 1
x = 2
x = "two" --! E0001
local y: string?
y = nil
y = "y"
local z: string = y
return x, z
`)
})

test('calls fit what is called', () => {
  told(`
local function add(a: number, b: number): number
  return a + b
end
local one = add(1) --! E0006 'add' is not given its argument 'b'
local three = add(1, 2, 3) --! E0006 takes 2 arguments
local text = add("one", 2) --! E0001 argument 'a' of 'add'
local function pair(): (number, number)
  return 1, 2
end
local sum = add(pair())
local n: number = 42
n() --! E0003
local s: string = "s"
s() --! E0003
local untyped = function(a, b) return a end
untyped(1, 2, 3)
untyped()
return one, three, text, sum
`)
})

test('functions return what they say', () => {
  told(`
local function wrong(): number
  return "oops" --! E0001 returned
end
local function none(): number
end --! E0007
local function maybe(): number?
end
local function either(x: number): number
  if x > 0 then return 1 else return 2 end
end
local function loops(): number
  while true do
    if maybe() then return 1 end
  end
end
local function raises(): number
  error("never")
end
local function some(x: number): number
  if x > 0 then return 1 end
end --! E0007
local function two(): (number, string)
  return 1 --! E0001 value 2
end
local function many(): number
  return 1, 2 --! E0006
end
return { wrong, none, either, loops, raises, some, two, many }
`)
})

test('operators have operands', () => {
  told(`
local a = "a" + "b" --! E0005
local b = "hello" + 42 --! E0005
local c = true + false --! E0005
local d = "a" .. 1 .. "b"
local e = "a" .. true --! E0005
local f = 1 < "2" --! E0005
local g = #5 --! E0005
local h = -"x" --! E0005
local i: integer = 1 + 2
local j: number = 1 / 2
local k = nil .. "x" --! E0008
local l = { 1 } .. "might have a metatable"
return a, b, c, d, e, f, g, h, i, j, k, l
`)
})

test('records have the fields they say', () => {
  told(`
type Person = { name: string, age: number, nick?: string }
local p: Person = { name = "Alice", age = 30 }
local a = p.unknown --! E0004 Person has no field 'unknown'
local b: string = p.nick --! E0001
local c: string = p.nick or p.name
local d: Person = { name = "Bob" } --! E0001 field 'age' is missing
local e: Person = { name = 1, age = 2 } --! E0001 field 'name'
local f: Person = { name = "x", age = 1, nik = "y" } --! E0004
p.age = "old" --! E0001
p.size = 1 --! E0004
local n: number = 42
local g = n.field --! E0004
if p.missing then p.age = 1 end
local q: Person = {}
q.name = "later"
return a, b, c, d, e, f, g
`)
})

test('nil is not there', () => {
  told(`
type User = { name: string }
local function find(id: number): User?
  if id == 1 then return { name = "one" } end
  return nil
end
local u = find(1)
local a = u.name --! E0012
if u then local b = u.name end
local c = u and u.name or "none"
local d: User = find(2) --! E0001
local e = find(3)
if not e then return end
local f = e.name
local g = find(4)
assert(g)
local h = g.name
local i = (find(5)!).name
local j: number? = nil
local k = j + 1 --! E0008
return a, c, d, f, h, i, k
`)
})

test('a value is there when the error beside it is not', () => {
  told(`
local function fetch(url: string): (string?, error?)
  if url == "" then return nil, "empty" end
  return url, nil
end
local text, err = fetch("x")
local a: string = text --! E0001
if err then return nil, err end
local b: string = text
local second, failure = fetch("y")
if not second then error(failure) end
local c: string = second
return a, b, c
`)
})

test('tests say what a value is', () => {
  told(`
local function f(v: number | string, w: string | boolean | nil): string
  if type(v) == "number" then
    local n: number = v
    return tostring(n + 1)
  end
  local s: string = v
  if w == nil then return s end
  if type(w) ~= "string" then
    local b: boolean = w
    return tostring(b)
  end
  return w .. s
end
type State = { status: "loading" } | { status: "loaded", data: string } | { status: "error", message: string }
local function render(state: State): string
  local early = state.data --! E0012
  if state.status == "loading" then
    return "Loading"
  elseif state.status == "loaded" then
    return state.data
  elseif state.status == "error" then
    return state.message
  end
end
type Result<T, E> = { ok: true, value: T } | { ok: false, error: E }
local function open(r: Result<number, string>): number
  if r.ok then return r.value end
  error(r.error)
end
type Point = { x: number, y: number }
local function add(data: any): number
  if Point:is(data) then
    local p: Point = data
    return p.x + p.z --! E0004
  end
  return 0
end
return { f, render, open, add }
`)
})

test('functions that raise say what their arguments are', () => {
  told(`
local check = {}
function check.not_nil(value, message)
  if value == nil then error(message or "nil") end
  return value
end
local function find(): string?
  return nil
end
local a = find()
check.not_nil(a)
local b: string = a
local c = find() or error("none")
local d: string = c
return b, d
`)
})

test('generics are what they are given', () => {
  told(`
type HasName = { name: string }
local function identity<T>(x: T): T
  return x
end
local function first<T>(list: { T }): T?
  return list[1]
end
local function greet<T: HasName>(obj: T): string
  return "Hello, " .. obj.name
end
local function map<A, B>(list: { A }, fn: (A) -> B): { B }
  local out: { B } = {}
  for i, v in ipairs(list) do out[i] = fn(v) end
  return out
end
local n: number = identity(42)
local s: string = identity(42) --! E0001
local f: number = first({ 1, 2, 3 }) --! E0001
greet({ name = "Alice" })
greet({ age = 30 }) --! E0011 missing
local lengths: { number } = map({ "a" }, function(text: string): number return #text end)
type Box<T> = { value: T }
local box: Box<number> = { value = 1 }
local t: string = box.value --! E0001
local bad: Box = box --! E0011
return n, s, f, lengths, t, bad
`)
})

test('host modules are what they are', () => {
  told(
    `
local sql = require("sql")
local json = require("json")
local db, err = sql.get("app:db")
if err then error(err:message()) end
local rows = db:query("SELECT 1")
db:qurey("SELECT 1") --! E0004 Database has no field 'qurey'
db.query("SELECT 1") --! E0006 method
local text: string = json.encode({ a = 1 })
json.encod({}) --! E0004
json:encode({}) --! E0006 function of a module
json.decode(42) --! E0001
process.send("name", "topic", 1, 2, 3)
process.send() --! E0006
local upper: string = ("x"):upper()
local c = ("x"):uper() --! E0004
local e: string = err --! E0001
local other, fault = sql.get("app:db")
if not other and fault:find("x") then print("y" .. fault) end
return rows, text, upper, c
`,
    { modules: ['sql', 'json'] },
  )
})

test('names that nothing has', () => {
  told(
    `
print(undefined_thing) --! E0002 'undefined_thing' is not defined
json.encode({}) --! E0002
made = 1
print(made, sql.get("x"))
late() --! E0002
local function late() end
_G.other = 2
return other
`,
    { modules: ['sql'] },
  )
  const { diagnostics } = checked('json.encode({})')
  assert.match(diagnostics[0]!.hint!, 'local json = require("json")')
})

test('what code without types does is its own', () => {
  told(`
local M = {}
M.__index = M
M.state = nil
function M.new(options)
  local self = setmetatable({}, M)
  self.items = options and options.items or {}
  self.count = 0
  return self
end
function M:add(item)
  self.items[#self.items + 1] = item
  self.count = self.count + 1
  M.state = self
  return self
end
function M.total(list)
  local total
  for _, value in ipairs(list) do total = (total or 0) + value end
  return total
end
local current
local function begin() current = M.new() end
begin()
current:add(1)
local value = nil
for i = 1, 3 do
  if value then value = value .. i else value = "x" end
end
local handlers = {}
for name in pairs({ a = 1 }) do handlers[name] = function() end end
handlers.a()
local h, m = string.match("10:20", "(%d+):(%d+)")
local minutes = h * 60 + m
local t = {}
t.deep = t.deep or {}
t.deep.field = 1
return M.total({ 1 }) + 1, value:upper(), minutes, M.state:add(2)
`)
})

test('a function that a table never gets', () => {
  told(`
local M = {}
function M.one() return M.two() end
function M.two() return M.three() end --! E0004 has no function 'three'
return M
`)
})

test('methods are those of the table behind the object', () => {
  told(`
local Account = {}
Account.__index = Account
function Account.new(balance: number)
  return setmetatable({ balance = balance }, Account)
end
function Account:log(text: string): string
  return text
end
function Account:deposit(amount: number): number
  self:log("x", 1) --! E0006 takes 1 argument
  self:later(amount)
  self.balance = self.balance + amount
  return self.balance
end
function Account:later() end
local a = Account.new(1)
a:deposit("five") --! E0001 argument 'amount' of 'deposit'
a:deposit() --! E0006
a:anything()
local s: string = a:deposit(1) --! E0001
local t = setmetatable({}, { __index = Account }):log(2) --! E0001
local other = setmetatable({}, { __call = function() return 1 end })
return other(), s, t, a.whatever.else_
`)
})

test('the fields of an object are those that it was made of, and given where it was made', () => {
  told(`
type Options = { timeout: number, label: string? }
local Account = {}
Account.__index = Account
function Account:early() return self.balance:upper() end
function Account.new(balance: number, options: Options?, store)
  local self = setmetatable({ balance = balance, name = "x", store = store, list = {}, ["odd key"] = 1 }, Account)
  self.options = options
  self.count = 0
  self.hooks = {}
  if store then self.extra = "x" end
  return self
end
function Account:log(text: string): string
  return text .. self.name
end
function Account:all(given: { [string]: any })
  self:log(self.balance) --! E0001 argument 'text' of 'log'
  self:log(self.name)
  self.count = self.count .. "now it is a text"
  local n: number = self.options.tiemout --! E0004 Options has no field 'tiemout'
  local m: number = self.options.timeout
  self.store.anything()
  self.list.anything()
  self.hooks.later()
  local x: number = self.extra --! E0001
  self:lgo("x") --! E0004 'self' has no field 'lgo'
  if self.nmae or self.nmae == nil then print(1) end
  local y = self.naem --! E0004 'self' has no field 'naem'
  local z = self.of_others
  return n, m, x, y, z
end
return Account
`)
})

test('of a field nothing is known that is written twice, of objects that are made elsewhere too, or before all were seen', () => {
  const methods = `
function M:read()
  local a: number = self.name
  local b: number = self.kind
  return a, b, self.nmae
end
`
  const all = [
    ['M.new = function() return setmetatable({ name = "x", kind = "y" }, M) end', [6, 7, 8]],
    ['M.new = function() local o = setmetatable({ name = "x", kind = "y" }, M) o.name = 1 return o end', [7, 8]],
    ['M.new = function(o) o = o or {} return setmetatable(o, M) end', []],
    ['M.new = function(o) o.kind = "x" return setmetatable({ name = "y" }, M) end', [6, 8]],
    [
      'M.new = function() return setmetatable({ name = "x" }, M) end M.other = function() return setmetatable({ name = 1, kind = "y" }, M) end',
      [7, 8],
    ],
    ['M.new = function(all) local o = setmetatable({ name = "x" }, M) for k, v in pairs(all) do o[k] = v end return o end', [6]],
    ['M.new = function() return setmetatable({ name = "x", kind = nil }, M) end', [6, 8]],
  ] as const
  for (const [made, lines] of all) {
    const { diagnostics } = checked(
      `local M = {}\nM.__index = M\n${made}\n${methods.trimStart().replace('function', '\nfunction')}return M`,
    )
    assert.equal(
      diagnostics.map(({ line }) => line),
      lines,
      made,
    )
  }
  const slips = [
    ['', 1],
    ['setmetatable(M, { __call = function() return M.new() end })', 1],
    ['setmetatable(M, { __index = require("base") })', 0],
    ['local N = {} setmetatable(M, { __index = N })', 0],
    ['M.super = setmetatable({}, { __index = M })', 1],
    ['function M.set(o, k, v) o[k] = v end', 0],
    ['function M.set(o) o.nmae = 1 end', 0],
  ] as const
  for (const [more, count] of slips) {
    const source = `local M = {}\nM.__index = M\n${more}\nfunction M.new() return setmetatable({ name = "x" }, M) end\nfunction M:read() return self.nmae end\nreturn M`
    assert.is(checked(source).diagnostics.length, count, more)
  }
  const late =
    'local M = {}\nM.__index = M\nfunction M:read()\n  local a: number = self.name\n  return a\nend\nM.new = function() return setmetatable({ name = "x" }, M) end\nreturn M'
  assert.equal(checked(late).diagnostics, [])
})

test('what is readonly stays', () => {
  told(`
type Fixed = readonly { x: number }
local f: Fixed = { x = 1 }
f.x = 2 --! E0010
local list: readonly { number } = { 1 }
list[1] = 2 --! E0010
return f, list
`)
})

test('types that nobody has defined', () => {
  told(`
local a: Strng = "x" --! E0009 there is no type 'Strng'
type Node = { next: Node?, value: number }
local n: Node = { value = 1, next = { value = "two" } } --! E0001
local m: Node = { value = 1, next = { value = 2, next = nil } }
return a, n, m
`)
})

test('libraries give their types to those who import them', () => {
  const library = checked(`
type Config = { host: string, port: number }
local M = {}
M.Config = Config
function M.connect(config: Config): (string?, string?)
  return config.host, nil
end
return M
`)
  assert.is(library.diagnostics.length, 0)
  told(
    `
local lib = require("lib")
local config: lib.Config = { host = "x" } --! E0001 'port'
local name, err = lib.connect(config)
lib.conect(config) --! E0004
lib.connect({ host = 1, port = 2 }) --! E0001
if not err then print(name .. "!") end
return lib
`,
    { libraries: { lib: library } },
  )
})

test.run()
