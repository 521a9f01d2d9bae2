-- Brackets that never close.
-- ends: never
return (("("):rep(200000)):gsub("%b()", "") and nil
