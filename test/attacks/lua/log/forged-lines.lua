-- Lines that pass for other lines, and for commands to a terminal.
-- ends: well
-- modules: logger
print("x\n2026-01-01T00:00:00Z ERROR node  forged\27[2J\27]52;c;cm0gLXJm\7\u{202e}")
logger:error("x\r\nforged", { ["a\nb"] = "\27c", pid = "{app:processes|0x1}" })
