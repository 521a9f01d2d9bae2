// The program that compiles (compiler.ts).

import { Kind, WippyError } from '../error.ts'
import type { CompileAnswer, CompileJob } from './compiler.ts'
import { type Compiled, compileComponent } from './component.ts'
import { componentOf, moduleOf } from './core-module.ts'

const LARGEST = 128 * 1024 ** 2 // bytes of all that comes of a component

const sizeOf = ({ glue, modules }: Compiled): number => [...modules.values()].reduce((sum, { bytes }) => sum + bytes.length, glue.length)

const done = async (job: CompileJob): Promise<Compiled | Uint8Array> => {
  if (job.make === 'component') return componentOf(typeof job.module === 'string' ? await moduleOf(job.module) : job.module, job.wit)
  const compiled = await compileComponent(job.component)
  const size = sizeOf(compiled)
  if (size <= LARGEST) return compiled
  throw new WippyError('PLUGIN_TOO_LARGE', Kind.Invalid, `the component becomes ${size} bytes, more than ${LARGEST}`, { retryable: false })
}

const answerTo = async (job: CompileJob): Promise<CompileAnswer> => {
  try {
    return { made: await done(job) }
  } catch (error) {
    if (!(error instanceof WippyError)) throw error
    const { code, kind, message, hint } = error
    return { error: { code, kind, message, ...(hint !== undefined && { hint }) } }
  }
}

process.on('disconnect', () => process.exit())
process.on('message', async (job: CompileJob) => process.send!(await answerTo(job)))
process.send!(null)
