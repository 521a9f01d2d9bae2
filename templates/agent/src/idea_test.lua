local test = require("test")
local funcs = require("funcs")
local eval_runner = require("eval_runner")

local function cases()
  test.describe("an idea", function()
    local source

    test.before_all(function() source = funcs.call("app:idea", "the sum of two squares") end)

    test.it("works in the sandbox", function()
      test.eq(eval_runner.run({ source = source, args = { 3, 4 } }), 25)
    end)

    test.it("gets nowhere from there", function()
      local value, err = eval_runner.run({ source = 'return require("registry")', args = {} })
      test.has_error(value, err)
    end)
  end)
end

return { main = test.run_cases(cases) }
