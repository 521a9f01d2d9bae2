-- An error that writes to a terminal.
-- ends: LUA_ERROR
error("\27[2J\27]0;owned\7\r\n2026-01-01 ERROR forged")
