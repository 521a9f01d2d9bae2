-- Five chapters. Each does something and returns what it measured: a title, lines to read, and whether it went as it should.

local io = require("io")
local supervision = require("supervision")
local hostility = require("hostility")
local messages = require("messages")

local chapters = {
  supervision.crashes,
  hostility.endless_loop,
  hostility.memory_bomb,
  hostility.process_flood,
  messages.rates,
}

local function main()
  local summary, failed = {}, 0
  for number, chapter in ipairs(chapters) do
    local title, run = chapter()
    io.print(string.format("%d. %s", number, title))
    local function say(...) io.print("   " .. string.format(...)) end
    local ran, verdict, held = pcall(run, say)
    io.print()
    local ok = ran and held
    summary[number] = (ok and "  ok    " or "  NOT   ") .. tostring(verdict)
    if not ok then failed = failed + 1 end
  end
  io.print("Summary")
  for _, line in ipairs(summary) do io.print(line) end
  return failed == 0 and 0 or 1
end

return { main = main }
