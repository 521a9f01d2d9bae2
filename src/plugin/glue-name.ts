// Names as they come into the glue: between quotation marks, as they are. jco takes it for granted that nobody writes names that end a string
// of JavaScript and go on as code; whoever hands in a component can.

import { malformed } from './wasm-reader.ts'

const CODE = /['"`\\\p{Cc}\u2028\u2029]/u

/** The name, if it can only be a name. Throws PLUGIN_MALFORMED. */
export const checkName = (name: string): string => {
  if (CODE.test(name)) throw malformed(`the name ${JSON.stringify(name.slice(0, 100))} has a quotation mark or a control character in it`)
  return name
}
