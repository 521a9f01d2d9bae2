-- Writes a function, has it run, looks at what it answers, and writes a better one: until all answers are right, and no further.

local io = require("io")
local registry = require("registry")
local funcs = require("funcs")

local ID = "app:slug"
local WANTED = {
  { "Hello", "hello" },
  { "Hello World", "hello-world" },
  { "Hello,  World!", "hello-world" },
  { "  What is   this? ", "what-is-this" },
}

-- What an author has in mind: each idea is a step that text goes through. A model would have these ideas; here they are written down.
local IDEAS = {
  { "small letters", "text = text:lower()" },
  { "spaces become dashes", 'text = text:gsub("%s+", "-")' },
  { "only letters and digits count", 'text = text:gsub("[^%w]+", "-")' },
  { "no dashes at the ends", 'text = text:gsub("^%-+", ""):gsub("%-+$", "")' },
}

local function write(steps)
  return "return function(text)\n  " .. table.concat(steps, "\n  ") .. "\n  return text\nend\n"
end

-- Makes the code the function's, as a new version of the registry. → version, or nil and an error
local function publish(source)
  local snapshot = registry.snapshot()
  local changes = snapshot:changes()
  local entry = { id = ID, kind = "function.lua", meta = { comment = "written by " .. process.id() }, data = { source = source } }
  if snapshot:get(ID) then changes:update(entry) else changes:create(entry) end
  return changes:apply()
end

local function right_answers()
  local right = 0
  for _, pair in ipairs(WANTED) do
    if funcs.call(ID, pair[1]) == pair[2] then right = right + 1 end
  end
  return right
end

local function report(version, what)
  local right = right_answers()
  io.print(string.format("%s  %-30s %d of %d right", version:string(), what, right, #WANTED))
  return right
end

local function main()
  local before = registry.current_version()
  local steps, best, kept = {}, -1, nil
  for _, idea in ipairs(IDEAS) do
    steps[#steps + 1] = idea[2]
    local version = assert(publish(write(steps)))
    local right = report(version, idea[1])
    if right > best then best, kept = right, version end
  end

  local version = assert(publish("return function(text) return (text:lower():gsub(' ', '-')) end"))
  if report(version, "shorter") < best then
    assert(registry.apply_version(kept))
    report(registry.current_version(), "went back: shorter was worse")
  end

  local none, err = publish("return function(text) return text:lower( end")
  assert(none == nil and err:kind() == errors.INVALID)
  io.print("refused: " .. err:message())
  report(registry.current_version(), "runs on")

  assert(registry.apply_version(before))
  local _, gone = funcs.call(ID, "Hello")
  io.print(before:string() .. "  " .. gone:message())
  return 0
end

return { main = main }
