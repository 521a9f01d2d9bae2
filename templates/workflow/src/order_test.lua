local test = require("test")
local funcs = require("funcs")

local function cases()
  test.describe("an order", function()
    test.it("is charged", function()
      test.eq(funcs.call("app:charge", { amount = 5 }), "receipt for 5")
    end)

    test.it("waits for its approval, and ends with it", function()
      local order = assert(process.spawn_monitored("app:order", "app:workflows", { amount = 7 }))
      process.send(order, "approved", { by = "ann" })
      local ended = process.events():receive()
      test.same(ended.result.value, { receipt = "receipt for 7", approved_by = "ann" })
    end)
  end)
end

return { main = test.run_cases(cases) }
