// Run before a program (`--import`): writes the URL of every file it loads, one a line, to the file in WIPPY_TEST_LOADED, and in the end
// the modules of Node that it loaded.

import { appendFileSync } from 'node:fs'
import { registerHooks } from 'node:module'

const list = process.env.WIPPY_TEST_LOADED!

registerHooks({
  load: (url, context, next) => {
    if (url.startsWith('file:')) appendFileSync(list, `${url}\n`)
    return next(url, context)
  },
})

process.on('exit', () => {
  const loaded = (process as unknown as { readonly moduleLoadList: readonly string[] }).moduleLoadList
  for (const line of loaded) if (line.startsWith('NativeModule ')) appendFileSync(list, `node:${line.slice('NativeModule '.length)}\n`)
})
