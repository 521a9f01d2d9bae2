// Which route a path takes.

import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { WippyError } from '../../src/error.ts'
import { joinPaths, parsePattern } from '../../src/http/pattern.ts'
import { partsOf, RouteTable } from '../../src/http/route-table.ts'

const test = suite('route-table')

const table = (...routes: readonly string[]): RouteTable<string> => {
  const made = new RouteTable<string>()
  for (const route of routes) {
    const [method = '', path = ''] = route.split(' ')
    assert.is(made.add(method, parsePattern(path), route), null)
  }
  return made
}

const find = (routes: RouteTable<string>, request: string): unknown => {
  const [method = '', path = ''] = request.split(' ')
  const parts = partsOf(path)
  const found = parts && routes.find(method, parts)
  if (found === null) return null
  return 'route' in found ? [found.route, { ...found.params }] : found.allowed
}

const codeOf = (act: () => unknown): string => {
  try {
    act()
  } catch (error) {
    return (error as WippyError).code
  }
  return 'no error'
}

test('text before parameters, parameters before the rest, whatever was added first', () => {
  const routes = table('GET /users/{id}', 'GET /users/me', 'GET /users/{rest...}', 'GET /')
  assert.equal(find(routes, 'GET /users/me'), ['GET /users/me', {}])
  assert.equal(find(routes, 'GET /users/7'), ['GET /users/{id}', { id: '7' }])
  assert.equal(find(routes, 'GET /users/7/posts'), ['GET /users/{rest...}', { rest: '7/posts' }])
  assert.equal(find(routes, 'GET /users'), ['GET /users/{rest...}', { rest: '' }])
  assert.equal(find(routes, 'GET /other/thing'), ['GET /', {}])
  assert.equal(find(routes, 'GET /'), ['GET /', {}])
})

test('what does not fit further on is tried the other way', () => {
  const routes = table('GET /a/b/c', 'GET /a/{x}/d', 'GET /{y}/b/e')
  assert.equal(find(routes, 'GET /a/b/c'), ['GET /a/b/c', {}])
  assert.equal(find(routes, 'GET /a/b/d'), ['GET /a/{x}/d', { x: 'b' }])
  assert.equal(find(routes, 'GET /a/b/e'), ['GET /{y}/b/e', { y: 'a' }])
  assert.is(find(routes, 'GET /a/b/f'), null)
})

test('methods: another route of the path may have it, HEAD is GET, and the rest is told', () => {
  const routes = table('GET /users/me', 'DELETE /users/{id}', 'POST /users')
  assert.equal(find(routes, 'DELETE /users/me'), ['DELETE /users/{id}', { id: 'me' }])
  assert.equal(find(routes, 'HEAD /users/me'), ['GET /users/me', {}])
  assert.equal(find(routes, 'PATCH /users/me'), ['DELETE', 'GET', 'HEAD'])
  assert.equal(find(routes, 'GET /users'), ['POST'])
})

test('a slash at the end takes all below, {$} only itself', () => {
  const routes = table('GET /tree/', 'GET /leaf/{$}')
  assert.equal(find(routes, 'GET /tree'), ['GET /tree/', {}])
  assert.equal(find(routes, 'GET /tree/a/b'), ['GET /tree/', {}])
  assert.equal(find(routes, 'GET /leaf/'), ['GET /leaf/{$}', {}])
  assert.is(find(routes, 'GET /leaf/a'), null)
})

test('parts are decoded one by one: a slash in one is no border', () => {
  const routes = table('GET /files/{name}', 'GET /{path...}')
  assert.equal(find(routes, 'GET /files/a%2Fb'), ['GET /files/{name}', { name: 'a/b' }])
  assert.equal(find(routes, 'GET /files/%C3%A4'), ['GET /files/{name}', { name: 'ä' }])
  assert.equal(find(routes, 'GET /files/'), ['GET /{path...}', { path: 'files/' }])
  assert.is(find(routes, 'GET /files/%E4%'), null)
  assert.is(find(routes, 'GET files'), null)
  assert.equal(find(table('GET /{__proto__}'), 'GET /x'), ['GET /{__proto__}', JSON.parse('{"__proto__":"x"}')])
})

test('paths of colons, prefixes, and what is none', () => {
  assert.equal(find(table('GET /users/:id'), 'GET /users/7'), ['GET /users/:id', { id: '7' }])
  assert.equal([joinPaths('/', '/x'), joinPaths('/api/', '/x'), joinPaths('/api', '/')], ['/x', '/api/x', '/api/'])
  for (const path of ['x', '/a//b', '/{id', '/a{id}', '/{1}', '/{rest...}/x', '/{a}/{a}', `/${'a/'.repeat(64)}`]) {
    assert.is(
      codeOf(() => parsePattern(path)),
      'HTTP_PATTERN',
      path,
    )
  }
  assert.is(table('GET /a/{x}').add('GET', parsePattern('/a/{y}'), 'other'), 'GET /a/{x}')
})

test.run()
