import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Kind, WippyError } from '../../src/error.ts'
import { fieldsOf } from '../../src/registry/entry.ts'
import { type Following, follow, type Swap } from '../../src/registry/follow.ts'
import type { Handler } from '../../src/registry/kinds.ts'
import { Registry } from '../../src/registry/registry.ts'
import { assemble, SourceTree } from '../../src/registry/source-tree.ts'
import { codes, directoryWith, entry } from './scratch.ts'

const test = suite('follow')
const PATIENCE_MS = 30_000

const index = (...names: string[]): string =>
  `namespace: app\nentries:\n${names.map((name) => `  - {name: ${name}, kind: code, source: "file://${name}.lua"}\n`).join('')}`

/** An app on disk whose files are followed. Code that contains "bad" is refused by its handler. */
class Followed {
  readonly root: string
  readonly swaps: Swap[] = []
  readonly faults: WippyError[] = []
  readonly registry = new Registry()
  readonly following: Following
  readonly #booted: Promise<unknown>
  #heard = Promise.withResolvers<void>()

  /** `meanwhile` is done between reading the files and following them. */
  constructor(files: Readonly<Record<string, string>>, meanwhile: (app: Followed) => void = () => {}) {
    this.root = directoryWith(files)
    const handler: Handler = {
      kinds: 'code',
      prepare: ({ entry: { id, data } }) => {
        if (JSON.stringify(data).includes('bad')) throw new WippyError('BAD', Kind.Invalid, `${id} is bad`)
      },
    }
    this.registry.kinds.add(handler)
    const tree = new SourceTree(this.sources)
    this.#booted = this.registry.boot(tree.baseline.entries)
    meanwhile(this)
    this.following = follow({
      tree,
      registry: this.registry,
      swapped: (swap) => {
        this.swaps.push(swap)
        this.#hear()
        if (swap.operations.some((one) => one.kind === 'entry.create' && one.entry.id === 'app:fatal')) throw new Error('who listens fails')
      },
      report: (error) => {
        this.faults.push(error)
        this.#hear()
      },
    })
  }

  get sources() {
    return { root: this.root, src: [join(this.root, 'src')], replacements: [], override: [], disable: { namespaces: [], entries: [] } }
  }

  #hear(): void {
    this.#heard.resolve()
    this.#heard = Promise.withResolvers<void>()
  }

  get ready(): Promise<unknown> {
    return this.#booted
  }

  at(path: string): string {
    return join(this.root, path)
  }

  write(files: Readonly<Record<string, string>>): void {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(this.at(path)), { recursive: true })
      writeFileSync(this.at(path), text)
    }
  }

  /** As many editors save: another file first, then in its place. */
  replace(path: string, text: string): void {
    writeFileSync(this.at(`${path}.tmp`), text)
    renameSync(this.at(`${path}.tmp`), this.at(path))
  }

  /** The next swap after `act`. */
  async swap(act: () => void): Promise<Swap> {
    const count = this.swaps.length
    act()
    await this.until(() => this.swaps.length > count, 'a swap')
    return this.swaps[count]!
  }

  async until(holds: () => boolean, what: string): Promise<void> {
    const late = Date.now() + PATIENCE_MS
    while (!holds()) {
      const { promise, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, Math.max(0, late - Date.now()))
      await Promise.race([this.#heard.promise, promise])
      clearTimeout(timer)
      assert.ok(Date.now() < late || holds(), `waited too long for ${what}`)
    }
  }

  source(name: string): unknown {
    const found = this.registry.get(`app:${name}`)
    return found && fieldsOf(found).source
  }
}

const following = (name: string, files: Readonly<Record<string, string>>, act: (app: Followed) => Promise<void>) =>
  test(name, async () => {
    const app = new Followed(files)
    try {
      await app.ready
      await act(app)
      assert.equal(app.faults, [])
    } finally {
      await app.following.close()
    }
  })

const two = { 'src/_index.yaml': index('f', 'g'), 'src/f.lua': 'f0', 'src/g.lua': 'g0' }
const said = ({ version, operations, problems }: Swap): unknown[] => [
  version?.id ?? null,
  ...operations.map((operation) => `${operation.kind.slice(6)} ${operation.kind === 'entry.delete' ? operation.id : operation.entry.id}`),
  ...codes(problems),
]

following('a save is a version soon after, made by the files', two, async (app) => {
  const times: number[] = []
  for (let n = 1; n <= 5; n++) {
    const started = performance.now()
    const swap = await app.swap(() => app.write({ 'src/f.lua': `f${n}` }))
    times.push(performance.now() - started)
    assert.equal(said(swap), [n, 'update app:f'])
    assert.equal([swap.version?.author, swap.version?.baseline, app.source('f')], ['files', true, `f${n}`])
  }
  assert.ok(Math.min(...times) < 1000, `${times} ms`)
})

test('what was saved while the app started is taken in: what is written, gone, or moved there with its old times', async () => {
  const other = directoryWith({ 'more/_index.yaml': index('h'), 'more/h.lua': 'h0' })
  const app = new Followed({ ...two, 'src/old/_index.yaml': index('i'), 'src/old/i.lua': 'i0' }, (app) => {
    app.write({ 'src/f.lua': 'f1' })
    rmSync(app.at('src/old/_index.yaml'))
    renameSync(join(other, 'more'), app.at('src/more'))
  })
  try {
    await app.ready
    await app.until(() => app.swaps.length > 0, 'a swap')
    assert.equal(said(app.swaps[0]!).sort(), [1, 'create app:h', 'delete app:i', 'update app:f'])
    assert.equal([app.source('f'), app.source('h'), app.faults], ['f1', 'h0', []])
  } finally {
    await app.following.close()
  }
})

following('saving by putting another file in the place is a save like any other', two, async (app) => {
  for (let i = 1; i <= 5; i++) {
    assert.equal(said(await app.swap(() => app.replace('src/f.lua', `f${i}`))), [i, 'update app:f'])
    assert.is(app.source('f'), `f${i}`)
  }
})

following('a file that is away for a moment while it is saved is never gone', two, async (app) => {
  const swap = await app.swap(() => {
    renameSync(app.at('src/_index.yaml'), app.at('src/_index.yaml~'))
    setTimeout(() => app.write({ 'src/_index.yaml': index('f', 'g', 'f2'), 'src/f2.lua': '2' }), 30)
  })
  assert.equal(said(swap), [1, 'create app:f2'])
})

following('a file that is emptied before it is written is never empty', two, async (app) => {
  const swap = await app.swap(() => {
    app.write({ 'src/f.lua': '' })
    setTimeout(() => app.write({ 'src/f.lua': 'f1' }), 60)
  })
  assert.equal([said(swap), app.source('f')], [[1, 'update app:f'], 'f1'])
})

following('fifty files of a checkout are one version', { 'src/_index.yaml': index() }, async (app) => {
  const names = Array.from({ length: 50 }, (_, n) => `f${n}`)
  const sources = Object.fromEntries(names.map((name) => [`src/${name}.lua`, name]))
  assert.is((await app.swap(() => app.write({ ...sources, 'src/_index.yaml': index(...names) }))).operations.length, 50)
  const again = await app.swap(() => app.write(Object.fromEntries(names.map((name) => [`src/${name}.lua`, `${name} again`]))))
  assert.equal([again.version?.id, again.operations.length, app.swaps.length], [2, 50, 2])
})

following('while git is at work the batch waits, however slow it is', { ...two, '.git/HEAD': '' }, async (app) => {
  const swap = await app.swap(() => {
    app.write({ '.git/index.lock': '', 'src/f.lua': 'f1' })
    setTimeout(() => {
      app.write({ 'src/g.lua': 'g1' })
      rmSync(app.at('.git/index.lock'))
    }, 300)
  })
  assert.equal(said(swap), [1, 'update app:f', 'update app:g'])
})

following('what was written while the program was held up belongs to the batch', two, async (app) => {
  await new Promise((resolve) => setImmediate(resolve))
  const swap = await app.swap(() => {
    app.write({ 'src/f.lua': 'f1' })
    setImmediate(() => {
      for (const until = performance.now() + 100; performance.now() < until; ); // f was heard of before, and the timers come behind
      app.write({ 'src/g.lua': 'g1' })
    })
  })
  assert.equal(said(swap), [1, 'update app:f', 'update app:g'])
})

following('what cannot be read is told with a code frame and what ran runs on; the next good save heals', two, async (app) => {
  const broken = await app.swap(() => app.write({ 'src/_index.yaml': 'namespace: app\nentries: [' }))
  assert.equal(said(broken), [null, 'YAML_INVALID'])
  assert.match(broken.problems[0]?.frame ?? '', '> 2 |')
  assert.equal([app.source('f'), app.registry.current.id], ['f0', 0])
  assert.equal(said(await app.swap(() => app.write({ 'src/_index.yaml': index('f') }))), [1, 'delete app:g'])
})

following('what a handler refuses is tried again with the next save, and is in nobody’s way', two, async (app) => {
  assert.equal(said(await app.swap(() => app.write({ 'src/f.lua': 'bad' }))), [null, 'BAD'])
  assert.equal(said(await app.swap(() => app.write({ 'src/g.lua': 'g1' }))), [1, 'update app:g'])
  assert.equal([app.source('f'), app.source('g')], ['f0', 'g1'])
  assert.equal(said(await app.swap(() => app.write({ 'src/f.lua': 'f1' }))), [2, 'update app:f'])
})

following('an entry whose file comes later is there when it comes', two, async (app) => {
  assert.equal(said(await app.swap(() => app.write({ 'src/_index.yaml': index('f', 'g', 'late') }))), [null, 'INCLUDE_MISSING'])
  assert.equal(said(await app.swap(() => app.write({ 'src/late.lua': 'here' }))), [1, 'create app:late'])
})

following('what was changed at run time is replaced by a later save, and that is said', two, async (app) => {
  await app.registry.apply([{ kind: 'entry.update', entry: entry('app:f', 'code', { source: 'by an agent' }) }])
  await app.registry.apply([{ kind: 'entry.delete', id: 'app:g' }])
  const swap = await app.swap(() => app.write({ 'src/f.lua': 'f1' }))
  assert.equal([said(swap), swap.replaced, app.source('g')], [[3, 'update app:f'], ['app:f'], undefined])
  const other = await app.swap(() => app.write({ 'src/g.lua': 'g1' }))
  assert.equal([said(other), other.replaced], [[4, 'create app:g'], ['app:g']])
})

test('what fails unexpectedly is reported, and the next save is taken in', async () => {
  const app = new Followed(two)
  try {
    await app.ready
    await app.swap(() => app.write({ 'src/fatal.yaml': 'namespace: app\nname: fatal\nkind: code' }))
    await app.until(() => app.faults.length > 0, 'a report')
    assert.equal(codes(app.faults), ['FOLLOW_FAILED'])
    assert.equal(said(await app.swap(() => app.write({ 'src/f.lua': 'f1' }))), [2, 'update app:f'])
  } finally {
    await app.following.close()
  }
})

following('whatever is done to the files, what runs is what they say in the end', { 'src/_index.yaml': index() }, async (app) => {
  let seed = 7
  const chance = (below: number): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0
    return (seed >>> 8) % below
  }
  const texts = (entries: Iterable<{ id: string; data: unknown }>) =>
    [...entries]
      .map(({ id, data }) => `${id} ${JSON.stringify(data)}`)
      .sort()
      .join('\n')
  const isEqual = (): boolean => {
    const { entries, problems } = assemble(app.sources)
    return problems.length === 0 && texts(entries) === texts(app.registry.snapshot().entries())
  }
  for (let round = 0; round < 40; round++) {
    const folder = `src/d${chance(3)}`
    const namespace = `n${folder.at(-1)}`
    const names = ['a', 'b', 'c'].filter(() => chance(2) === 0)
    const files = {
      ...Object.fromEntries(names.map((name) => [`${folder}/${name}.lua`, `${name} ${round}`])),
      [`${folder}/_index.yaml`]: index(...names).replace('app', namespace),
    }
    const way = chance(4)
    if (way === 0) rmSync(app.at(folder), { recursive: true, force: true })
    else if (way === 1) {
      rmSync(app.at(folder), { recursive: true, force: true })
      app.write(Object.fromEntries(Object.entries(files).map(([path, text]) => [path.replace('src/', 'aside/'), text])))
      renameSync(app.at(folder.replace('src/', 'aside/')), app.at(folder))
    } else if (way === 2) app.write(files)
    else {
      mkdirSync(app.at(folder), { recursive: true })
      for (const [path, text] of Object.entries(files)) app.replace(path, text)
    }
    if (round % 4 === 0) continue // the next change comes while this one is looked at
    if (!isEqual()) await app.until(isEqual, `round ${round}, way ${way}`)
  }
  app.write({ 'src/last.yaml': 'namespace: last\nname: x\nkind: code' })
  await app.until(isEqual, 'the end')
})

test.run()
