// Components for tests: of a WIT world and either nothing behind it, or JavaScript.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { componentEmbed, componentNew } from '@bytecodealliance/jco'
import { componentize } from 'componentize-qjs'
import type { TestApp } from '../support/app.ts'

/** A component that has the types of a world `w`, and traps whatever is called. */
export const hollow = async (wit: string): Promise<Uint8Array> =>
  componentNew(await componentEmbed({ dummy: true, witSource: wit, world: 'w' }))

/** JavaScript as a component of a world; `hasWasi`: it imports what its engine would like to have. */
export const scripted = async (wit: string, source: string, { hasWasi = false } = {}): Promise<Uint8Array> => {
  const folder = mkdtempSync(join(tmpdir(), 'wippy-component-'))
  try {
    const witPath = join(folder, 'world.wit')
    writeFileSync(witPath, wit)
    const { component } = await componentize({ witPath, jsSource: source, sync: true, optSize: true, stubWasi: !hasWasi })
    return component
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** What a function of an app gives: its value, its error, and the kind of that. */
export const call = (app: TestApp, id: string, args: string): Promise<unknown> =>
  app.eval(`local value, err = require("funcs").call("app:${id}"${args === '' ? '' : `, ${args}`})
    return { value, err and tostring(err) or false, err and err:kind() or false }`)
