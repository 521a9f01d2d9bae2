-- A replacement that looks to the end from each place.
-- ends: never
return (("a"):rep(2e5)):gsub("a*b", "x") and nil
