// Run before a program (`--import`): writes the URL of every file it loads, one a line, to the file in WIPPY_TEST_LOADED.

import { appendFileSync } from 'node:fs'
import { registerHooks } from 'node:module'

const list = process.env.WIPPY_TEST_LOADED!

registerHooks({
  load: (url, context, next) => {
    if (url.startsWith('file:')) appendFileSync(list, `${url}\n`)
    return next(url, context)
  },
})
