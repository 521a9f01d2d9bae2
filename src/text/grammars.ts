// Grammars of Tree-sitter, and Tree-sitter itself, as WebAssembly: packages that are installed beside the app, or beside this program.
//
//   web-tree-sitter                     Tree-sitter
//   @vscode/tree-sitter-wasm            grammars of Go, JavaScript, TypeScript, TSX, Python, PHP, C# and others
//   tree-sitter-NAME, @tree-sitter-grammars/tree-sitter-NAME     the grammar of one language, when the package has its .wasm

import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type * as TreeSitter from 'web-tree-sitter'
import { Kind, WippyError } from '../error.ts'

export type { Language, Node, Parser, Query, Tree } from 'web-tree-sitter'

type Known = { readonly name: string; readonly file: string; readonly packages?: readonly string[] }

/** By every name of a language: what it is called, and what the file of its grammar is. */
const LANGUAGES: Readonly<Record<string, Known>> = Object.fromEntries(
  (
    [
      [{ name: 'lua', file: 'lua' }, ['lua']],
      [{ name: 'php', file: 'php' }, ['php']],
      [{ name: 'go', file: 'go' }, ['go', 'golang']],
      [{ name: 'javascript', file: 'javascript' }, ['javascript', 'js']],
      [{ name: 'typescript+jsx', file: 'tsx', packages: ['typescript'] }, ['tsx']],
      [{ name: 'typescript', file: 'typescript' }, ['typescript', 'ts']],
      [{ name: 'python', file: 'python' }, ['python', 'py']],
      [{ name: 'c#', file: 'c-sharp' }, ['c#', 'csharp', 'cs']],
      [{ name: 'html', file: 'html' }, ['html', 'html5']],
      [{ name: 'markdown', file: 'markdown' }, ['markdown', 'md']],
      [{ name: 'sql', file: 'sql' }, ['sql']],
    ] as const
  ).flatMap(([known, names]) => [known.name, ...names].map((name) => [name, known])),
)

const INSTALL = 'Install it beside the app: npm install web-tree-sitter @vscode/tree-sitter-wasm'

/** A file of a package, as Node would find the package from any of these folders. */
const find = (path: string, bases: readonly string[]): string | null => {
  for (const base of bases) {
    for (let at = base; ; at = dirname(at)) {
      const file = join(at, 'node_modules', path)
      if (existsSync(file)) return file
      if (dirname(at) === at) break
    }
  }
  return null
}

const placesOf = ({ file, packages = [file] }: Known): readonly string[] =>
  packages.flatMap((name) => [
    `@vscode/tree-sitter-wasm/wasm/tree-sitter-${file}.wasm`,
    `tree-sitter-${name}/tree-sitter-${file}.wasm`,
    `@tree-sitter-grammars/tree-sitter-${name}/tree-sitter-${file}.wasm`,
  ])

export class Grammars {
  readonly #bases: readonly string[]
  readonly #languages = new Map<string, Promise<TreeSitter.Language>>()
  #library: Promise<typeof TreeSitter> | null = null

  /** `root`: the directory of the app. */
  constructor(root: string) {
    this.#bases = [root, import.meta.dirname]
  }

  /** What the languages are called whose grammars are there. */
  names(): string[] {
    if (find('web-tree-sitter/web-tree-sitter.js', this.#bases) === null) return []
    return [...new Set(Object.values(LANGUAGES))].filter((known) => this.#file(known) !== null).map(({ name }) => name)
  }

  /** What a language is called, by any of its names. Throws SYNTAX_LANGUAGE. */
  nameOf(alias: string): string {
    return this.#known(alias).name
  }

  /** Tree-sitter. Throws SYNTAX_UNAVAILABLE. */
  library(): Promise<typeof TreeSitter> {
    this.#library ??= this.#load()
    return this.#library
  }

  /** Throws SYNTAX_LANGUAGE, SYNTAX_UNAVAILABLE. */
  language(alias: string): Promise<TreeSitter.Language> {
    const known = this.#known(alias)
    let language = this.#languages.get(known.name)
    if (!language) {
      language = this.#read(known)
      this.#languages.set(known.name, language)
    }
    return language
  }

  #known(alias: string): Known {
    if (Object.hasOwn(LANGUAGES, alias)) return LANGUAGES[alias]!
    const hint = `There are ${this.names().join(', ')}.`
    throw new WippyError('SYNTAX_LANGUAGE', Kind.Invalid, `unsupported language: ${alias}`, { retryable: false, hint })
  }

  #file(known: Known): string | null {
    for (const place of placesOf(known)) {
      const file = find(place, this.#bases)
      if (file !== null) return file
    }
    return null
  }

  async #load(): Promise<typeof TreeSitter> {
    const file = find('web-tree-sitter/web-tree-sitter.js', this.#bases)
    if (file === null) {
      const message = 'Tree-sitter is not installed'
      throw new WippyError('SYNTAX_UNAVAILABLE', Kind.Unavailable, message, { retryable: false, hint: INSTALL })
    }
    const library = (await import(pathToFileURL(file).href)) as typeof TreeSitter
    await library.Parser.init()
    return library
  }

  async #read(known: Known): Promise<TreeSitter.Language> {
    const { Language, Parser } = await this.library()
    const file = this.#file(known)
    if (file !== null) {
      const parser = new Parser()
      try {
        const language = await Language.load(readFileSync(file))
        parser.setLanguage(language)
        return language
      } catch (error) {
        const message = `the grammar of ${known.name} cannot be used: ${(error as Error).message}`
        throw new WippyError('SYNTAX_UNAVAILABLE', Kind.Invalid, message, { retryable: false, hint: `Install another version of ${file}.` })
      } finally {
        parser.delete()
      }
    }
    const names = placesOf(known).map((place) => place.slice(0, place.lastIndexOf('/')))
    const hint = `One of these packages has it, if it comes with its .wasm: ${names.map((name) => name.replace('/wasm', '')).join(', ')}.`
    throw new WippyError('SYNTAX_UNAVAILABLE', Kind.Invalid, `the grammar of ${known.name} is not installed`, { retryable: false, hint })
  }
}
