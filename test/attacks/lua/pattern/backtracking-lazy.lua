-- Twelve lazy repetitions.
-- ends: PROCESS_FUEL
(("a"):rep(60)):find((".-"):rep(12) .. "b")
