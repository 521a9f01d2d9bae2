-- Twelve lazy repetitions.
-- ends: never
(("a"):rep(60)):find((".-"):rep(12) .. "b")
