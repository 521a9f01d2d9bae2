// Apps with workflows, as tests write them: started, sent to, interrupted, waited for.

import { decodeAll } from '../../src/msgpack.ts'
import { type Draft, plain, startIn, type TestApp } from '../support/app.ts'

export const workflow = (code: string, more: Readonly<Record<string, unknown>> = {}): Draft => ({
  kind: 'workflow.lua',
  code: `local process, channel, errors = process, channel, errors
    local workflow, funcs, time, uuid, ctx = require('workflow'), require('funcs'), require('time'), require('uuid'), require('ctx')
    return { main = function(...) ${code}
    end }`,
  modules: ['workflow', 'funcs', 'time', 'uuid', 'ctx', 'json'],
  ...more,
})

export const HOST: Readonly<Record<string, Draft>> = { workflows: { kind: 'workflow.host' }, worker: { kind: 'temporal.worker' } }
export const WITHOUT_ROOM = { set: ['workflow.kept=0', 'workflow.checkpoint.records=1'] }

export const exec = (app: TestApp, name: string, args = ''): Promise<unknown> =>
  app.eval(`local value, err = process.exec('app:${name}', 'app:workflows'${args && `, ${args}`}) if err then error(err) end return value`)

export const spawn = (app: TestApp, name: string, id: string, args = ''): Promise<unknown> =>
  app.eval(`local pid, err = process.with_options({}):with_name('${id}'):spawn('app:${name}', 'app:workflows'${args && `, ${args}`})
    if err then error(err) end return pid`)

export const send = (app: TestApp, id: string, topic: string, value: string): Promise<unknown> =>
  app.eval(`local ok, err = process.send('{app:workflows|${id}}', '${topic}', ${value}) if err then error(err) end return ok`)

/** The node as it would be after a crash: everything in memory is gone. */
export const again = async (app: TestApp, options: Parameters<typeof startIn>[1] = {}): Promise<TestApp> => {
  await app.node.stop({ now: true })
  return startIn(app.root, options)
}

/** What a workflow ended with, once it has. */
export const ended = async (app: TestApp, id: string): Promise<{ status: string; value: unknown; error: unknown }> => {
  const { headOf } = app.node.parts.launcher.durable!
  const wait = async () => {
    for (;;) {
      const head = await headOf(id)
      if (head !== null && head.result !== null) {
        const [value, error] = decodeAll(head.result)
        return { status: head.status, value: plain(value), error: plain(error) }
      }
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  return app.patient(wait(), `the end of ${id}`)
}
