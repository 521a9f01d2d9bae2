// Lua programs made at random from a seed: calls nested in every way in which Lua can call, around loops, waits and errors.

/** mulberry32: numbers in [0, 1) that depend on the seed alone. */
export const randomFrom = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** What may stand at the bottom: expressions that work for a while. `n` is a local of the surrounding function. */
const leaves: readonly string[] = [
  `(function() local s = 0 for i = 1, 40 + n do s = s + i % 7 end return s end)()`,
  `(function() local t = {} for i = 1, 30 do t[#t + 1] = ('%d'):format(i * n) end return #table.concat(t, ',') end)()`,
  `#(('ab'):rep(n + 20):gsub('b', 'cd'))`,
  `select('#', table.unpack({ 1, 2, n }))`,
  `math.tointeger(tonumber(('%d'):format(n * 3)))`,
  `(function() local i, s = 0, 0 ::again:: i = i + 1 s = s ~ i if i < 60 then goto again end return s end)()`,
  `(select(2, pcall(error, n)))`,
]

/** Ways to get at the value of an expression through something else. */
const ways: Readonly<Record<string, (inner: string) => string>> = {
  call: (inner) => `(function() return 1 + ${inner} end)()`,
  tail: (inner) => `(function() local function f() return ${inner} end return f() end)()`,
  vararg: (inner) => `(function(...) return select(2, ...) end)(0, ${inner})`,
  pcall: (inner) => `select(2, pcall(function() return ${inner} end))`,
  caught: (inner) => `select(2, pcall(function() error(${inner}, 0) end))`,
  xpcall: (inner) => `select(2, xpcall(function() local v = ${inner} error(v, 0) end, function(e) return e end))`,
  wrap: (inner) => `coroutine.wrap(function() local v = ${inner} coroutine.yield(v) end)()`,
  resume: (inner) => `select(2, coroutine.resume(coroutine.create(function() return ${inner} end)))`,
  generator: (inner) => `(function() local g, s = coroutine.wrap(function() for i = 1, 3 do coroutine.yield(${inner} + i) end end), 0
    for v in g do s = s + v end return s end)()`,
  index: (inner) => `setmetatable({}, { __index = function() return ${inner} end }).field`,
  call_meta: (inner) => `setmetatable({}, { __call = function(_, a) return a + ${inner} end })(n)`,
  add: (inner) => `(setmetatable({}, { __add = function(_, b) return b + ${inner} end }) + n)`,
  less: (inner) => `(setmetatable({}, { __lt = function() return ${inner} > 0 end }) < {} and 5 or 6)`,
  concat: (inner) => `#(setmetatable({}, { __concat = function(_, b) return b .. ${inner} end }) .. 'x')`,
  iterator: (inner) =>
    `(function() local s = 0 for v in function(_, c) c = (c or 0) + 1 if c < 4 then return c + 0 * ${inner} end end do s = s + v end return s end)()`,
  sort: (inner) =>
    `(function() local t = { 3, 1, 2, 5, 4 } table.sort(t, function(a, b) local _ = ${inner} return a < b end) return t[1] * 10 + t[5] end)()`,
  gsub: (inner) => `#(('abc'):gsub('%w', function(c) return c:rep(${inner} % 5) end))`,
  close: (inner) =>
    `(function() local v do local guard <close> = setmetatable({}, { __close = function() v = ${inner} end }) end return v end)()`,
  close_error: (inner) =>
    `(function() local v pcall(function() local guard <close> = setmetatable({}, { __close = function() v = ${inner} end }) error('x') end) return v end)()`,
  channel: (inner) => `(function() local c = channel.new() coroutine.spawn(function() c:send(${inner}) end) return (c:receive()) end)()`,
  buffered: (inner) => `(function() local c = channel.new(2) c:send(${inner}) c:send(1) return c:receive() + c:receive() end)()`,
  select: (inner) => `(function() local a, b = channel.new(), channel.new()
    coroutine.spawn(function() b:send(${inner}) end) local r = channel.select{ a:case_receive(), b:case_receive() } return r.value end)()`,
}
/** The same through C functions that nothing can leave: none of `waiting` may stand within. */
const fixedWays: Readonly<Record<string, (inner: string) => string>> = {
  tostring: (inner) => `tonumber(tostring(setmetatable({}, { __tostring = function() return '' .. ${inner} end })))`,
  native_sort: (inner) =>
    `(function() local m = { __lt = function(a, b) local _ = ${inner} return a[1] < b[1] end } local t = { setmetatable({ 2 }, m), setmetatable({ 1 }, m) } table.sort(t) return t[1][1] end)()`,
  gsub_table: (inner) => `#(('ab'):gsub('%w', setmetatable({}, { __index = function() return 'x' .. ${inner} end })))`,
}
const waiting = new Set(['channel', 'select'])

/** The body of a function that returns a list of numbers. */
export const randomProgram = (seed: number, depth = 5): string => {
  const random = randomFrom(seed)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!
  const expression = (left: number, fixed: boolean): string => {
    if (left === 0) return pick(leaves)
    const all = Object.entries(ways).filter(([name]) => !(fixed && waiting.has(name)))
    const enters = random() < 0.15
    const [, way] = pick(enters ? Object.entries(fixedWays) : all)
    return way(`(${expression(left - 1, fixed || enters)})`)
  }
  const lines = Array.from({ length: 4 }, (_, i) => `do local n = ${i + 1} out[#out + 1] = ${expression(depth, false)} end`)
  return `local out = {} ${lines.join(' ')} return out`
}
