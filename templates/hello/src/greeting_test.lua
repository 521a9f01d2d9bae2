local test = require("test")
local greeting = require("greeting")

local function cases()
  test.describe("a greeting", function()
    test.it("names who is greeted", function()
      test.eq(greeting.of("Ada"), "Hello, Ada!")
    end)

    test.it("is for the world otherwise", function()
      test.eq(greeting.of(), "Hello, world!")
    end)
  end)
end

return { main = test.run_cases(cases) }
