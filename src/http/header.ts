// Headers, in both directions.

/** A token of RFC 9110. */
export const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,256}$/

/** What cannot end a line or a header. */
export const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/

/** Those that say where a message begins and ends, or what becomes of the connection: the server's own. */
export const OWN_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** A name as Go writes it: `Content-Type`. */
export const canonical = (name: string): string => name.toLowerCase().replace(/(?:^|-)[a-z]/g, (part) => part.toUpperCase())
