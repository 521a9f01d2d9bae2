// The names of the Lua modules that this runtime has. An entry that imports one of them by its bare name means the module.

/** test/cli/lua-api.test.ts compares them with the modules that are there. */
export const MODULES: ReadonlySet<string> = new Set(
  `process channel errors payload os coroutine funcs contract ctx time workflow activity supervisor json yaml base64 compress expr text html hash
  crypto uuid sql db store cloudstorage excel stream templates template fs registry events pg queue env logger io eval_runner eval sandbox
  security system http exec websocket http_client metrics plugin treesitter`.split(/\s+/),
)
