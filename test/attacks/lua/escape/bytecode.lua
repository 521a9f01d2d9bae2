-- Compiled code, made and loaded.
-- ends: well
return rawget(string, "dump") or rawget(_G, "load") or rawget(_G, "loadstring")
