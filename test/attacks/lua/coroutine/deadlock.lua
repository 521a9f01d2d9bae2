-- Everybody waits for everybody.
-- ends: never LUA_ERROR
-- alone: yes
channel.new():receive()
