// Tokens as Lua makes and uses them, in every kind of store, over restarts, and against who can write into the store.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Draft, failure, func, start, startIn, type TestApp, withApp } from '../support/app.ts'
import { HOUR_MS, LaterClock } from '../support/later-clock.ts'
import { type RedisServer, startRedis } from '../support/redis.ts'

const test = suite('token stores')

const secure = { modules: ['env', 'funcs', 'registry', 'security', 'store', 'time'] }

const reading: Draft = {
  kind: 'security.policy',
  policy: { actions: ['read', 'list'], resources: '*', effect: 'allow' },
  groups: ['readers'],
}
const plain: Draft = { kind: 'security.token_store', token_length: 16 }
const tokenStore = (more: Readonly<Record<string, unknown>> = {}): Draft => ({ kind: 'security.token_store', token_key: 'key', ...more })

let redis: RedisServer
test.before(async () => {
  redis = await startRedis()
})
test.after(() => redis.stop())

/** Every place tokens can lie in, and whether they are there after a restart. */
const shelves: Readonly<Record<string, { readonly drafts: () => Readonly<Record<string, Draft>>; readonly survives: boolean }>> = {
  'no store': { drafts: () => ({ tokens: tokenStore() }), survives: false },
  'store.memory': { drafts: () => ({ s: { kind: 'store.memory' }, tokens: tokenStore({ store: 's' }) }), survives: false },
  'store.lmdb': { drafts: () => ({ s: { kind: 'store.lmdb' }, tokens: tokenStore({ store: 'app:s' }) }), survives: true },
  'store.redis': {
    drafts: () => ({
      s: { kind: 'store.redis', host: redis.host, port: redis.port, password: redis.password },
      tokens: tokenStore({ store: 's' }),
    }),
    survives: true,
  },
}

const asking = (token: string, more = ''): string => `
  local store = security.token_store("app:tokens")
  local actor, scope, err = store:validate("${token}")
  ${more}
  return err and err:kind() or { actor:id(), actor:meta().team, scope:contains("app:reading") }`

for (const [name, { drafts, survives }] of Object.entries(shelves)) {
  test(`${name}: a token stands for its actor and scope, until it is revoked`, () =>
    withApp({ reading, turn: func('return function() end'), ...drafts() }, async (app) => {
      assert.equal(app.node.problems, [])
      const code = `local store = security.token_store("app:tokens")
        local token = store:create(security.new_actor("ada", { team = "core" }), security.named_scope("app:readers"), { expiration = "1h" })
        local actor, scope = store:validate(token)
        local called = funcs.new():with_actor(actor):with_scope(scope):call("app:turn")
        local out = { actor:id(), actor:meta().team, scope:contains("app:reading"), token:find(".", 1, true) ~= nil }
        for i, forged in ipairs{ token .. "x", token:sub(2), "", "x.y", (token:gsub("%..*", "")) } do
          local none, _, err = store:validate(forged)
          out[#out + 1] = none == nil and err:kind()
        end
        out[#out + 1] = store:revoke(token)
        out[#out + 1] = store:revoke(token)
        out[#out + 1] = select(3, store:validate(token)):message()
        out[#out + 1] = store:close()
        out[#out + 1] = select(2, store:create(actor, scope)):kind()
        return out`
      const expected = ['ada', 'core', true, true, ...Array(5).fill('Internal'), true, false, 'the token is not valid', true, 'Internal']
      assert.equal(await app.eval(code, secure), expected)
    }))

  test(`${name}: a token is over when its time is, or when one of its policies is gone`, () =>
    withApp({ reading, ...drafts() }, async (app) => {
      const made = await app.eval(
        `local store = security.token_store("app:tokens")
         local brief = store:create(security.new_actor("a"), security.new_scope(), { expiration = 1 })
         local long = store:create(security.new_actor("a"), security.named_scope("app:readers"))
         time.sleep("5ms")
         local _, _, err = store:validate(brief)
         return { long, err:message(), select(2, store:create(security.new_actor("a"), security.new_scope(), { expiration = -1 })):kind() }`,
        secure,
      )
      const [long, ...rest] = made as [string]
      assert.equal(rest, ['the token is not valid', 'Invalid'])
      await app.drop('app:reading')
      assert.is(await app.eval(asking(long), secure), 'Internal')
    }))

  test(`${name}: a restart ${survives ? 'loses no token, and brings back none that was revoked' : 'ends its tokens'}`, async () => {
    const first = await start({ reading, ...drafts() })
    let made: readonly string[]
    try {
      made = (await first.eval(
        `local store, out = security.token_store("app:tokens"), {}
         for i = 1, 2 do out[i] = store:create(security.new_actor("ada", { team = "core" }), security.named_scope("app:readers")) end
         assert(store:revoke(out[2]))
         return out`,
        secure,
      )) as string[]
    } finally {
      await first.node.stop()
    }
    const second = await startIn(first.root)
    try {
      assert.equal(await second.eval(asking(made[0]!), secure), survives ? ['ada', 'core', true] : 'Internal')
      assert.is(await second.eval(asking(made[1]!), secure), 'Internal')
    } finally {
      await second.node.stop({ now: true })
    }
  })
}

const withKeyed = (act: (app: TestApp) => Promise<void>): Promise<void> =>
  withApp({ reading, s: { kind: 'store.memory' }, tokens: tokenStore({ store: 's' }), other: tokenStore({ store: 's' }) }, act)

test('two token stores share a store and not their tokens, and nobody who writes there says what a token stands for', () =>
  withKeyed(async (app) => {
    const code = `
      local one, two = security.token_store("app:tokens"), security.token_store("app:other")
      local scope = security.named_scope("app:readers")
      local mine, theirs = one:create(security.new_actor("me"), scope), one:create(security.new_actor("root"), scope)
      local store = store.get("app:s")
      local out = { select(3, two:validate(mine)):kind() }
      local keys = store:list{ prefix = "token/app:tokens/" }.items
      out[2] = #keys
      for _, item in ipairs(keys) do out[2 + _] = item.key:find(mine, 1, true) == nil end
      local values = {}
      for _, item in ipairs(keys) do values[#values + 1] = store:get(item.key) end
      store:set(keys[1].key, values[2])
      store:set(keys[2].key, values[1])
      for _, token in ipairs{ mine, theirs } do local a, b, err = one:validate(token); out[#out + 1] = err and err:kind() or a:id() end
      return out`
    const found = await app.eval(code, secure)
    assert.equal(found, ['Internal', 2, true, true, 'Internal', 'Internal'])
  }))

test('a token is over when its time is, however long the store keeps it', async () => {
  const clock = new LaterClock()
  const act = async (app: TestApp): Promise<void> => {
    const made = `local tokens, shelf = security.token_store("app:tokens"), store.get("app:s")
      local token = tokens:create(security.new_actor("ada"), security.new_scope(), { expiration = "1h" })
      local key = shelf:list{ prefix = "token/app:tokens/" }.items[1].key
      shelf:set(key, shelf:get(key))
      return { token, key, tokens:validate(token):id() }`
    const [token, key, actor] = (await app.eval(made, secure)) as string[]
    assert.is(actor, 'ada')
    clock.laterMs += HOUR_MS
    const over = `local _, _, err = security.token_store("app:tokens"):validate("${token}")
      return { err:kind(), store.get("app:s"):get("${key}") ~= nil }`
    assert.equal(await app.eval(over, secure), ['Internal', true])
  }
  await withApp({ s: { kind: 'store.memory' }, tokens: tokenStore({ store: 's' }) }, act, { clock })
})

test('a key comes from a variable, or from a placeholder', () =>
  withApp(
    {
      ...{
        memory: { kind: 'env.storage.memory' },
        key: { kind: 'env.variable', storage: 'app:memory', variable: 'TOKENS', default: 'one' },
      },
      ...{ tokens: tokenStore({ token_key: undefined, token_key_env: 'TOKENS' }), other: tokenStore({ token_key: `$\{env:TOKENS}` }) },
    },
    async (app) => {
      assert.equal(app.node.problems, [])
      const signed = `local out = {}
        for i, id in ipairs{ "app:tokens", "app:other" } do
          local token = security.token_store(id):create(security.new_actor("a"), security.new_scope())
          out[i] = token:match("%.(.+)$") and #token:match("%.(.+)$")
        end
        return out`
      assert.equal(await app.eval(signed, secure), [43, 43])
    },
  ))

test('a token store that cannot be one is refused, with what is wrong', () =>
  withApp({ processes2: { kind: 'process.host' } }, async (app) => {
    const wrong: Readonly<Record<string, [Draft, RegExp]>> = {
      short: [tokenStore({ token_length: 8 }), /token_length of "app:short" is less than 16/],
      brief: [tokenStore({ default_expiration: '0s' }), /default_expiration of "app:brief" is no time/],
      unset: [tokenStore({ token_key_env: 'NOT_SET_ANYWHERE' }), /token_key_env of "app:unset" names a variable that is not set/],
      nowhere: [tokenStore({ store: 'gone' }), /store of "app:nowhere" names "app:gone", which is no store/],
      host: [tokenStore({ store: 'processes2' }), /names "app:processes2", which is no store/],
    }
    for (const [name, [draft, message]] of Object.entries(wrong)) {
      const error = await failure(app.make(`app:${name}`, draft))
      assert.match(error.message, message)
      assert.is(error.code, 'ENTRY_FIELD')
    }
  }))

test('a token has the length its store says, and an unknown store has none', () =>
  withApp({ plain }, async (app) => {
    const code = `local token = security.token_store("app:plain"):create(security.new_actor("a"), security.new_scope())
      return { #token, select(2, security.token_store("app:none")):kind() }`
    assert.equal(await app.eval(code, secure), [22, 'NotFound'])
  }))

test.run()
