// node test/journals/record.ts: adds the journals of this version, as `wippy workflow export` writes them, in a folder with its name. What
// is there is never written again: journals.test.ts replays it for ever, on whatever this has become.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { exported } from '../../src/app/workflow-past.ts'
import { workflowsOf } from '../../src/app/workflows.ts'
import { withApp } from '../support/app.ts'
import { APP, NAMES, runAll, SETTINGS } from './workflows.ts'

const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as { version: string }
const folder = join(import.meta.dirname, version)

await withApp(
  APP,
  async (app) => {
    await runAll(app)
    mkdirSync(folder, { recursive: true })
    for (const id of NAMES) {
      const path = join(folder, `${id}.wippy`)
      if (existsSync(path)) {
        console.log(`${version}/${id}.wippy is kept as it is`)
        continue
      }
      const { records, status, file } = await exported(workflowsOf(app.node.parts).engine, { id })
      writeFileSync(path, file)
      console.log(`${version}/${id}.wippy: ${records} records, ${status}, ${file.length} bytes`)
    }
  },
  SETTINGS,
)
