// What a check can find, each under a code that stays.

/** An error is what the code itself contradicts. A warning is what may be right, and would be wrong where it is not. */
export type Severity = 'error' | 'warning'

export const CODES = {
  E0001: { severity: 'error', about: 'a value of one type stands where another is wanted' },
  E0002: { severity: 'warning', about: 'a name that nothing has' },
  E0003: { severity: 'error', about: 'what is called is no function' },
  E0004: { severity: 'error', about: 'a field that is not there' },
  E0005: { severity: 'error', about: 'an operator that a value does not have' },
  E0006: { severity: 'error', about: 'too few or too many arguments, or a dot where a colon belongs' },
  E0007: { severity: 'error', about: 'a function may end without the value that it promises' },
  E0008: { severity: 'error', about: 'nil is used as if it were something' },
  E0009: { severity: 'error', about: 'a type that nobody has defined' },
  E0010: { severity: 'error', about: 'what is readonly is assigned to' },
  E0011: { severity: 'error', about: 'type arguments that do not fit' },
  E0012: { severity: 'warning', about: 'a value that may be nil, or of another type, is used as if it were not' },
  E0013: { severity: 'warning', about: 'a part of a text that is not checked, for it takes too much work' },
} as const satisfies Readonly<Record<string, { readonly severity: Severity; readonly about: string }>>

export type Code = keyof typeof CODES
