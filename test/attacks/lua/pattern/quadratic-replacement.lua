-- A replacement that looks to the end from each place.
-- ends: PROCESS_FUEL
return (("a"):rep(2e5)):gsub("a*b", "x") and nil
