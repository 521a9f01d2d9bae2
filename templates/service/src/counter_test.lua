local test = require("test")
local time = require("time")

local counted = process.listen("counted")

-- Asks, and asks again while there is nobody yet.
local function count()
  while true do
    process.send("counter", "count", 1)
    local found = channel.select({ counted:case_receive(), time.after("50ms"):case_receive() })
    if found.channel == counted then return found.value end
  end
end

local function cases()
  test.describe("the counter", function()
    test.it("counts on", function()
      local first = count()
      test.eq(count(), first + 1)
    end)

    test.it("begins anew when it has failed", function()
      count()
      process.send("counter", "count", "crash")
      test.eq(count(), 1)
    end)
  end)
end

return { main = test.run_cases(cases) }
