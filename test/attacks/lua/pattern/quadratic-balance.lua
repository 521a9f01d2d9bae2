-- Brackets that never close.
-- ends: PROCESS_FUEL
return (("("):rep(200000)):gsub("%b()", "") and nil
