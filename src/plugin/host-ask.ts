// What a plugin asks the node for, on the way from its thread to the kernel's.

export type HostAsk =
  | { readonly op: 'call'; readonly target: string; readonly form: 'text' | 'json'; readonly input: string }
  | { readonly op: 'call'; readonly target: string; readonly form: 'bytes'; readonly input: Uint8Array }
  | { readonly op: 'get'; readonly id: string }
  | { readonly op: 'list'; readonly kind: string }
  | { readonly op: 'log'; readonly level: string; readonly message: string }

export type HostAnswer = { readonly value: unknown } | { readonly error: string }

export const LONGEST = 1024 ** 2 // characters, or bytes, of what is asked with
export const LONGEST_NAME = 1024 // characters of an id or a kind
export const LONGEST_LINE = 8192 // characters
