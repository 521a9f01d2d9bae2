-- Everybody waits for everybody.
-- ends: never LUA_ERROR
channel.new():receive()
