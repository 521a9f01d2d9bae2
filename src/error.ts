// Errors as values: what happened, where, why, and how to mend it. One class, stable codes, and the kinds of Wippy's Lua module `errors`, so that an
// error crosses from TypeScript to Lua and back unchanged.

/** Wippy's error kinds; the string values are what Lua sees. */
export const Kind = {
  NotFound: 'NotFound',
  AlreadyExists: 'AlreadyExists',
  Invalid: 'Invalid',
  PermissionDenied: 'PermissionDenied',
  Unavailable: 'Unavailable',
  Internal: 'Internal',
  Canceled: 'Canceled',
  Conflict: 'Conflict',
  Timeout: 'Timeout',
  RateLimited: 'RateLimited',
  Unknown: '',
} as const
export type Kind = (typeof Kind)[keyof typeof Kind]

/** Where something went wrong, as far as it is known. Lines and columns count from 1. */
export type Where = {
  readonly file?: string
  readonly line?: number
  readonly column?: number
  readonly entry?: string
  readonly pid?: string
}

export type ErrorFields = {
  readonly retryable?: boolean | undefined
  readonly details?: Readonly<Record<string, unknown>> | undefined
  readonly where?: Where | undefined
  /** One sentence that says how to mend it. */
  readonly hint?: string | undefined
  /** Extra lines for a person: a code frame, a Lua traceback. */
  readonly frame?: string | undefined
  /** Contexts added by `errors.wrap`, innermost first. */
  readonly contexts?: readonly string[] | undefined
  readonly cause?: unknown
}

/** The one error class. `code` is stable and upper-case (`ENTRY_NO_KIND`); `message` is one sentence without the place. */
export class WippyError extends Error {
  readonly code: string
  readonly kind: Kind
  readonly retryable: boolean | undefined
  readonly details: Readonly<Record<string, unknown>> | undefined
  readonly where: Where | undefined
  readonly hint: string | undefined
  readonly frame: string | undefined
  readonly contexts: readonly string[]

  constructor(code: string, kind: Kind, message: string, fields: ErrorFields = {}) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause })
    this.name = 'WippyError'
    this.code = code
    this.kind = kind
    this.retryable = fields.retryable
    this.details = fields.details
    this.where = fields.where
    this.hint = fields.hint
    this.frame = fields.frame
    this.contexts = fields.contexts ?? []
  }

  /** The message behind its contexts, as `tostring(err)` shows it in Lua: "outer: inner: message". */
  get text(): string {
    return [...this.contexts].reverse().concat(this.message).join(': ')
  }
}

/** `place(where)` = "src/app.lua:3:7 (app:worker)"; empty when nothing is known. */
export const place = (where: Where | undefined): string => {
  if (!where) return ''
  const at = where.file ? [where.file, where.line, where.column].filter((part) => part !== undefined).join(':') : ''
  const who = [where.entry, where.pid].filter(Boolean).join(' ')
  return at && who ? `${at} (${who})` : at || who
}

/** A Lua traceback that says nothing. */
export const BARE = /^stack traceback:\s*$/

/** What a person reads: place, message, frame, hint, code. Never a JavaScript stack. */
export const describe = (error: unknown): string => {
  if (!(error instanceof WippyError)) return error instanceof Error ? error.message : String(error)
  const at = place(error.where)
  const lines = [`${at ? `${at}: ` : ''}${error.text} [${error.code}]`]
  if (error.frame && !BARE.test(error.frame)) lines.push(error.frame)
  if (error.hint) lines.push(`  → ${error.hint}`)
  return lines.join('\n')
}
