// `wippy.lock` and `.wippy.yaml`: the two files an upstream app is configured by, read as they are.
//
// Neither throws: what is wrong is a problem with its place, as is a key that is nearly one that is known; keys that are nothing of the kind are warnings.

import { readFileSync } from 'node:fs'
import { Kind, type Where, WippyError } from '../error.ts'
import { didYouMean } from '../suggest.ts'
import { type Document, type Key, readDocument } from './document.ts'
import { type Fields, isFields } from './entry.ts'
import { mapStrings } from './include.ts'
import { withProfile } from './profile.ts'
import { LOCK_SECTIONS, type Unknown, unknownHint, unknownIn, unknownInProfiles } from './sections.ts'

export type Settings = {
  readonly fields: Fields
  readonly problems: readonly WippyError[]
  readonly warnings: readonly WippyError[]
  where(path: readonly Key[]): Where
}

/** Names that are no settings. What is nearly one is a slip, and a problem; others a later version of upstream may know, and they are warnings. */
const unknownKeys = (document: Document, unknown: readonly Unknown[]): { problems: WippyError[]; warnings: WippyError[] } => {
  const said = (one: Unknown): WippyError =>
    document.problem('CONFIG_KEY', one.path, `"${one.path.join('.')}" is not a setting`, unknownHint(one))
  return {
    problems: unknown.filter(({ meant }) => meant !== null).map(said),
    warnings: unknown.filter(({ meant }) => meant === null).map(said),
  }
}

const read = (
  path: string,
  file: string,
  unknown: (fields: Fields) => readonly Unknown[],
  fill: (document: Document, problems: WippyError[]) => Fields,
): Settings => {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const message = `the file cannot be read (${(error as NodeJS.ErrnoException).code})`
    const problems = [new WippyError('CONFIG_UNREADABLE', Kind.Unavailable, message, { where: { file } })]
    return { fields: {}, problems, warnings: [], where: () => ({ file }) }
  }
  const document = readDocument(file, text)
  const where = (at: readonly Key[]): Where => ({ file, ...document.spot(at) })
  const problems: WippyError[] = document.fault ? [document.fault] : []
  const { value } = document
  if (document.fault || value === null) return { fields: {}, problems, warnings: [], where }
  if (!isFields(value)) {
    problems.push(document.problem('CONFIG_SHAPE', [], 'the file is not a map', 'Write sections like "logger:" with keys below them.'))
    return { fields: {}, problems, warnings: [], where }
  }
  const strange = unknownKeys(document, unknown(value))
  problems.push(...strange.problems)
  return { fields: fill(document, problems), problems, warnings: strange.warnings, where }
}

/** Reads a `wippy.lock`; `file` is how people are shown the path. */
export const readLock = (path: string, file: string): Settings =>
  read(
    path,
    file,
    (fields) => unknownIn(fields, LOCK_SECTIONS),
    (document) => document.value as Fields,
  )

/** What stands above a file of settings. */
export type Above = {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Names of profiles, the last one uppermost. */
  readonly profiles: readonly string[]
  /** Variables, over those of the file and its profiles. */
  readonly vars: Fields
}

/** The problem of a profile that nothing defines. */
export const noProfile = (name: string, known: readonly string[], where: Where): WippyError =>
  new WippyError('CONFIG_PROFILE', Kind.NotFound, `there is no profile "${name}"`, {
    where,
    hint: didYouMean(
      name,
      known,
      known.length > 0 ? `Profiles here: ${known.join(', ')}.` : 'Profiles stand below "profiles:" in .wippy.yaml.',
    ),
  })

const settingsUnknownIn = (fields: Fields): readonly Unknown[] => [...unknownIn(fields), ...unknownInProfiles(fields.profiles)]

/**
 * Reads a `.wippy.yaml` with its profiles laid over it: `${env:NAME}` is the environment's NAME, `${name}` a key of the section `vars`.
 */
export const readSettings = (path: string, file: string, { env, profiles, vars: given }: Above): Settings =>
  read(path, file, settingsUnknownIn, (document, problems) => {
    const { profiles: own, ...base } = document.value as Fields
    const known = isFields(own) ? own : {}
    let fields: Fields = base
    for (const name of profiles) {
      const profile = Object.hasOwn(known, name) ? known[name] : undefined
      if (isFields(profile)) fields = withProfile(fields, profile)
      else problems.push(noProfile(name, Object.keys(known), { file }))
    }
    const vars: Fields = { ...(isFields(fields.vars) && fields.vars), ...given }
    const missing = (at: string, message: string, hint: string): string => {
      const keys = at.split('.').slice(1)
      problems.push(document.problem('CONFIG_VARIABLE', keys, message, hint))
      return ''
    }
    const swap = (text: string, at: string): unknown =>
      text.replace(/\$\{(?:env:([^|}]+)(?:\|([^}]*))?|([A-Za-z_]\w*))\}/g, (_, name?: string, fallback?: string, own?: string) => {
        if (own !== undefined)
          return Object.hasOwn(vars, own) ? String(vars[own]) : missing(at, `there is no variable "${own}"`, 'Define it below "vars:".')
        return (
          env[name!] ??
          fallback ??
          missing(at, `the environment variable ${name} is not set`, `Set it, or write a default: \${env:${name}|…}.`)
        )
      })
    return mapStrings(fields, '', swap) as Fields
  })
