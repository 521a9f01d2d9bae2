import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { WippyError } from '../../src/error.ts'
import { parseTemplate } from '../../src/template/parser.ts'
import { render } from '../../src/template/render.ts'

const test = suite('template')

type Data = Readonly<Record<string, unknown>>

/** Renders `main` of some templates. */
const shown = (templates: Readonly<Record<string, string>> | string, data: Data = {}, globals: Data = {}): string => {
  const all = typeof templates === 'string' ? { main: templates } : templates
  const parsed = new Map(Object.entries(all).map(([name, source]) => [name, parseTemplate(name, source)]))
  return render('main', (name) => parsed.get(name), globals, data)
}

const failure = (act: () => unknown): WippyError => {
  try {
    act()
  } catch (error) {
    return error as WippyError
  }
  throw new Error('it did not fail')
}

const data = { name: 'Ada', n: 3, user: { tags: ['a', 'b'], 'e-mail': 'x@y' }, empty: [], yes: true }

for (const [source, out] of [
  ['plain text', 'plain text'],
  ['{{name}} and {{ .name }} and {{.user["e-mail"]}}', 'Ada and Ada and x@y'],
  ['a {* left {{out}} *}b', 'a b'],
  ['a  {{- name -}}  b', 'aAdab'],
  ['{{ "}}" }}', '}}'],
  ['{{ 1 + 2 * 3 - 4 }} {{ (1 + 2) * 3 }} {{ 7 / 2 }} {{ 7.0 / 2 + 0.5 }} {{ 7 % 4 }} {{ -n }}', '3 9 3 3.5 3 -3'],
  ['{{ "x" + name + 1 }}', 'xAda1'],
  ['{{ n > 2 && yes }} {{ !yes || n == 3 }} {{ n != 3 }} {{ name < "B" }}', 'true true false true'],
  ['{{ n >= 3 ? "big" : "small" }}', 'big'],
  ['{{ user.tags[1] }} {{ user.tags[0:1][0] }} {{ name[1:] }} {{ len(user.tags) }} {{ len: name }}', 'b a da 2 3'],
  ['{{ name | lower | upper }} {{ "ab" | repeat: 2 }} {{ 2 | repeat("x", _) }}', 'ADA abab xx'],
  ['{{ x := 1 }}{{ x = x + 1 }}{{ x }}{{ _ := 5 }}', '2'],
  ['{{ if n == 1 }}one{{ else if n == 3 }}three{{ else }}more{{ end }}', 'three'],
  ['{{ if x := n * 2; x > 5 }}{{ x }}{{ end }}', '6'],
  ['{{ if empty }}full{{ else }}empty{{ end }}', 'empty'],
  ['{{ range i, v := user.tags }}{{ i }}{{ v }}{{ end }}', '0a1b'],
  ['{{ range i := user.tags }}{{ i }}{{ . }}{{ end }}', '0a1b'],
  ['{{ range user.tags }}{{ . }}{{ end }}{{ range empty }}x{{ else }}none{{ end }}', 'abnone'],
  ['{{ range k, v := map("b", 2, "a", 1) }}{{ k }}{{ v }}{{ end }}', 'a1b2'],
  ['{{ isset(name) }} {{ isset(nobody) }} {{ isset(user.none) }} {{ isset(nobody.x) }}', 'true false false false'],
  ['{{ try }}a{{ nobody }}{{ catch err }}caught{{ end }}', 'caught'],
  ['{{ try }}a{{ name }}{{ end }}', 'aAda'],
  ['{{ block b(a, c="C") }}[{{ a }}{{ c }}]{{ end }}{{ yield b(a=1) }}{{ yield b(a=2, c=3) }}', '[C][1C][23]'],
  ['{{ block b() }}<{{ yield content }}>{{ content }}own{{ end }}{{ yield b() content }}given {{ name }}{{ end }}', '<own><given Ada>'],
] as const) {
  test(`${source} → ${out}`, () => assert.is(shown(source, data), out))
}

test('what is printed is escaped, unless it is to be printed as it is', () => {
  const html = { html: `<a href="x">'&'</a>` }
  assert.is(shown('{{ html }}', html), '&lt;a href=&#34;x&#34;&gt;&#39;&amp;&#39;&lt;/a&gt;')
  for (const raw of ['{{ html | raw }}', '{{ raw: html }}', '{{ raw(html) }}', '{{ html | unsafe }}'])
    assert.is(shown(raw, html), html.html)
})

test('what extends another is that other one with its own blocks', () => {
  const templates = {
    base: '<{{ block title() }}none{{ end }}|{{ yield body() }}>{{ block foot() }}foot{{ end }}',
    middle: '{{ extends "base" }}{{ block title() }}middle{{ end }}{{ block body() }}m{{ end }}',
    main: '{{ extends "middle" }} not shown {{ block body() }}{{ name }}{{ end }}',
  }
  assert.is(shown(templates, data), '<middle|Ada>foot')
})

test('includes see the variables around them and have a context; imports bring blocks', () => {
  const templates = {
    part: '{{ x }}{{ .tags[0] }}',
    blocks: 'unseen{{ block hi(who) }}hi {{ who }}{{ end }}',
    main: '{{ import "blocks" }}{{ x := 5 }}{{ include "part" user }} {{ yield hi(who=name) }}',
  }
  assert.is(shown(templates, data), '5a hi Ada')
})

test('data hides globals', () => assert.is(shown('{{ a }}{{ b }}', { a: 1 }, { a: 2, b: 3 }), '13'))

test('mistakes are found when a template is read, with their line', () => {
  for (const [source, says] of [
    ['a\n{{ if x }}', /line 2: end is missing/],
    ['a\n\n{{ x', /line 3: \{\{ without \}\}/],
    ['{* x', /a comment without an end/],
    ['{{ 1 + }}', /expected a name/],
    ['{{ a b }}', /unexpected b/],
    ['{{ x | raw | upper }}', /raw stands last/],
    ['{{ ~ }}', /unexpected "~"/],
    [`{{ ${'('.repeat(200)} }}`, /nested too deep/],
  ] as const) {
    const error = failure(() => shown(source))
    assert.is(error.code, 'TEMPLATE_INVALID', source)
    assert.match(error.message, says)
  }
})

test('what goes wrong while rendering says where', () => {
  for (const [source, says] of [
    ['\n{{ nobody }}', /line 2: there is no variable nobody/],
    ['{{ yield nothing() }}', /there is no block nothing/],
    ['{{ include "none" }}', /no template none/],
    ['{{ name - 1 }}', /- means nothing/],
    ['{{ 1 / 0 }}', /means nothing/],
    ['{{ nofunc(1) }}', /no function nofunc/],
    ['{{ range 5 }}{{ end }}', /lists and maps/],
    ['{{ include "main" }}', /more than 64 deep/],
    ['{{ range ints(0, 1000) }}{{ range ints(0, 1000) }}x{{ end }}{{ end }}', /more than 200000 actions/],
    ['{{ range ints(0, 100) }}{{ "x" | repeat: 900000 }}{{ end }}', /more than 16777216 characters/],
    ['{{ "x" | repeat: 2000000 }}', /at once/],
    ['{{ x := repeat("x", 999999) }}{{ replace(x, "", x) }}', /at once/],
    ['{{ a := slice(1, 2) }}{{ range ints(0, 40) }}{{ a = slice(a, a) }}{{ end }}{{ a }}', /too large/],
    ['{{ a := slice(1, 2) }}{{ range ints(0, 40) }}{{ a = slice(a, a) }}{{ end }}{{ a == slice(a) }}', /too large/],
    ['{{ a := "x" }}{{ range ints(0, 40) }}{{ a = a + a }}{{ end }}', /on the way/],
    ['{{ range ints(0, 1000) }}{{ _ := upper(repeat("x", 900000)) }}{{ end }}', /on the way/],
    ['{{ l := ints(0, 100000) }}{{ range ints(0, 60000) }}{{ if l == l }}{{ end }}{{ end }}', /on the way/],
    ['{{ l := ints(0, 100000) }}{{ range ints(0, 40000) }}{{ try }}{{ l }}{{ nobody }}{{ catch }}{{ end }}{{ end }}', /on the way/],
    ['{{ l := ints(0, 999999) }}{{ range ints(0, 40000) }}{{ try }}{{ slice(l, l) }}{{ catch }}{{ end }}{{ end }}', /on the way/],
    ['{{ s := repeat("x", 900000) }}{{ range ints(0, 60000) }}{{ if len(s) == 1 }}{{ end }}{{ end }}', /on the way/],
    ['{{ l := ints(0, 900000) }}{{ range ints(0, 60000) }}{{ m := l[1:] }}{{ end }}', /on the way/],
    ['{{ s := repeat("x", 900000) }}{{ range ints(0, 60000) }}{{ if s[1] == 1 }}{{ end }}{{ end }}', /on the way/],
  ] as const) {
    const error = failure(() => shown(source, data))
    assert.is(error.code, 'TEMPLATE_RENDER', source)
    assert.match(error.message, says)
  }
  assert.is(failure(() => shown({})).code, 'TEMPLATE_NOT_FOUND')
})

test('names of JavaScript mean nothing', () => {
  for (const name of ['constructor', '__proto__', 'toString', 'hasOwnProperty']) {
    assert.is(failure(() => shown(`{{ ${name} }}`, data)).code, 'TEMPLATE_RENDER')
    assert.is(shown(`{{ user.${name} }}`, data), '')
    assert.is(failure(() => shown(`{{ ${name}(1) }}`, data)).code, 'TEMPLATE_RENDER')
  }
})

test.run()
