local funcs = require("funcs")

local function main(order)
  local receipt, err = funcs.call("app:charge", order)
  if err then return nil, err end
  local approved = process.listen("approved"):receive() -- it may take months
  require("logger"):info("shipped", { receipt = receipt, by = approved.by })
  return { receipt = receipt, approved_by = approved.by }
end

return { main = main }
