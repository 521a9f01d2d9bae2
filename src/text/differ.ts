// What two texts differ in, and patches: the algorithms of diff-match-patch.
//
// They count in UTF-16 and would cut characters beyond the first plane in two. So those stand in for by characters of the private use area
// while they work.

import DiffMatchPatch from 'diff-match-patch'
import { Kind, WippyError } from '../error.ts'
import { stringOf, type TextOperation } from './operation.ts'

const LONGEST_S = 4 // the time a comparison may take before it is content with less
const ASTRAL = /[\u{10000}-\u{10ffff}]/gu
const PRIVATE = { first: 0xe000, last: 0xf8ff }
const WORDS: Readonly<Record<number, string>> = { [-1]: 'delete', 0: 'equal', 1: 'insert' }

/** Characters that stand for others: those of some texts, as far as there are any left. */
class StandIns {
  readonly #of = new Map<string, string>()
  readonly #for = new Map<string, string>()

  constructor(...texts: readonly string[]) {
    const all = texts.join('')
    const used = new Set(all.match(/[\ue000-\uf8ff]/g))
    let code = PRIVATE.first
    for (const letter of new Set(all.match(ASTRAL))) {
      while (used.has(String.fromCharCode(code))) code++
      if (code > PRIVATE.last) return
      const standIn = String.fromCharCode(code++)
      this.#of.set(letter, standIn)
      this.#for.set(standIn, letter)
    }
  }

  put(text: string): string {
    return this.#of.size === 0 ? text : text.replace(ASTRAL, (letter) => this.#of.get(letter) ?? letter)
  }

  undo(text: string): string {
    return this.#for.size === 0 ? text : text.replace(/[\ue000-\uf8ff]/g, (letter) => this.#for.get(letter) ?? letter)
  }
}

const OPTIONS: readonly (readonly [option: string, field: string, least: number, most: number])[] = [
  ['diff_timeout', 'Diff_Timeout', 0.001, LONGEST_S],
  ['diff_edit_cost', 'Diff_EditCost', 1, 10_000],
  ['match_threshold', 'Match_Threshold', 0, 1],
  ['match_distance', 'Match_Distance', 1, 1_000_000],
  ['patch_delete_threshold', 'Patch_DeleteThreshold', 0, 1],
  ['patch_margin', 'Patch_Margin', 1, 16],
]

const differOf = (options: unknown): DiffMatchPatch => {
  const differ = new DiffMatchPatch()
  const given = (options ?? {}) as Readonly<Record<string, unknown>>
  const fields = differ as unknown as Record<string, number>
  for (const [option, field, least, most] of OPTIONS) {
    const value = given[option]
    if (typeof value === 'number' && value >= 0) fields[field] = Math.min(Math.max(value, least), most)
  }
  return differ
}

const failed = (what: string, cause: unknown): WippyError =>
  new WippyError('TEXT_PATCH', Kind.Internal, `${what}: ${(cause as Error).message}`, { retryable: false, cause })

/** A patch of the library's, whose types call it a class. */
type Patch = InstanceType<typeof DiffMatchPatch.patch_obj>
type Patches = ReturnType<DiffMatchPatch['patch_make']>

/** Texts of patches; what is none is passed over. */
const patchesOf = (differ: DiffMatchPatch, texts: unknown): Patch[] =>
  (Array.isArray(texts) ? texts : []).flatMap((text) => {
    try {
      return differ.patch_fromText(stringOf(text)) as unknown as Patch[]
    } catch {
      return []
    }
  })

/** The first argument of each is the options of the Differ. */
export const differOperations: Readonly<Record<string, TextOperation>> = {
  compare: (_, [options, before, after]) => {
    const [one, other] = [stringOf(before), stringOf(after)]
    const standIns = new StandIns(one, other)
    const diffs = differOf(options).diff_main(standIns.put(one), standIns.put(other), false)
    return [diffs.map(([operation, text]) => ({ operation: WORDS[operation], text: standIns.undo(text) }))]
  },
  patch_make: (_, [options, before, after]) => {
    const [one, other] = [stringOf(before), stringOf(after)]
    const standIns = new StandIns(one, other)
    const patches = differOf(options).patch_make(standIns.put(one), standIns.put(other)) as unknown as Patch[]
    try {
      for (const patch of patches) for (const diff of patch.diffs) diff[1] = standIns.undo(diff[1])
      return [patches.map((patch) => ({ text: String(patch) }))]
    } catch (cause) {
      throw failed('the texts cannot be written as patches', cause)
    }
  },
  patch_apply: (_, [options, texts, given]) => {
    const differ = differOf(options)
    const text = stringOf(given)
    const patches = patchesOf(differ, texts)
    const standIns = new StandIns(text, ...patches.flatMap(({ diffs }) => diffs.map((diff) => diff[1])))
    for (const patch of patches) for (const diff of patch.diffs) diff[1] = standIns.put(diff[1])
    try {
      const [patched, applied] = differ.patch_apply(patches as unknown as Patches, standIns.put(text))
      return [standIns.undo(patched), applied.every(Boolean)]
    } catch (cause) {
      throw failed('the patches cannot be applied', cause)
    }
  },
}
