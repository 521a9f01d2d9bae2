local test = require("test")
local funcs = require("funcs")

local function cases()
  test.describe("primes", function()
    test.it("counts those below a number", function()
      test.eq(funcs.call("app:primes", 10), 4)
      test.eq(funcs.call("app:primes", 2), 0)
    end)

    test.it("ends when it takes too much", function()
      local count, err = funcs.call("app:primes", 2000000000)
      test.has_error(count, err)
    end)
  end)
end

return { main = test.run_cases(cases) }
