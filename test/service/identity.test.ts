// As whom something runs when its entry says so: functions, processes, and commands.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Draft, func, proc, start } from '../support/app.ts'

const test = suite('identity')

const WHO = `local security = require('security')
return function()
  local actor = security.actor()
  return (actor and actor:id() or 'nobody') .. ' ' .. tostring(security.can('look', 'here')) .. ' ' .. tostring(security.can('touch', 'here'))
end`
const modules = ['security', 'funcs', 'io', 'registry']
const policy = (actions: string, more: Readonly<Record<string, unknown>> = {}): Draft => ({
  kind: 'security.policy',
  policy: { actions, resources: '*', effect: 'allow' },
  ...more,
})
const LOOKING = { actor: { id: 'looker' }, policies: ['app:look'] }

const FILES: Readonly<Record<string, Draft>> = {
  look: policy('look'),
  calls: policy('funcs.call', { groups: ['callers'] }),
  plain: func(WHO, { modules }),
  own: func(WHO, { modules, security: LOOKING }),
  actor: func(WHO, { modules, security: { actor: { id: 'somebody' } } }),
  caller: func(
    `local funcs = require('funcs')
     return function()
       local out = {}
       for _, name in ipairs{ 'plain', 'own', 'actor' } do out[#out + 1] = funcs.call('app:' .. name) end
       return table.concat(out, ', ')
     end`,
    { modules, security: { actor: { id: 'caller' }, groups: ['app:callers'] } },
  ),
  shown: proc(`local io = require('io')\nlocal who = (function() ${WHO} end)()\nreturn function() io.print(who()) end`, {
    modules,
    meta: { command: { name: 'shown', security: LOOKING } },
  }),
}

test('a function acts as its entry says, and otherwise as who calls it', async () => {
  const app = await start(FILES)
  try {
    assert.equal(app.node.problems, [])
    assert.is(await app.eval("return funcs.call('app:caller')"), 'caller false false, looker true false, somebody false false')
  } finally {
    await app.node.stop()
  }
})

test('a command acts as its entry says', async () => {
  const app = await start(FILES)
  try {
    assert.is(await app.run('app:shown'), 0)
    assert.is(app.written.join(''), 'looker true false\n')
  } finally {
    await app.node.stop()
  }
})

test('an identity that names a policy there is not is a problem with its place', async () => {
  const app = await start({ look: policy('look'), own: func(WHO, { modules, security: { policies: ['app:lok'] } }) })
  try {
    const [problem] = app.node.problems
    assert.equal([problem?.code, problem?.where?.entry], ['SECURITY_INVALID', 'app:own'])
  } finally {
    await app.node.stop()
  }
})

test.run()
