// Builds src/ as JavaScript into the folder that is given: `node bin/bundle.mts dist`.
//
// Every file keeps its name and place, so that whoever imports one finds it. But what every `wippy run` loads lies together in one file, with
// the packages it needs: opening two hundred files is what a start spends most of its time on. Files behind an `import()` stay as they are.

import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { type Plugin, rolldown } from 'rolldown'

const src = join(import.meta.dirname, '..', 'src')
const ending = /\.ts$/
const pathsOf = (...names: readonly string[]): string[] => names.map((name) => join(src, name))

// What every command loads (but not oclif, which few do), what talks to a running node, and what is loaded to run an app. In folders of their own, one deep: a file there finds ../../wasm as in src/x/.
const groups = [
  { name: 'start/command', from: pathsOf('cli/main.ts', 'cli/configure.ts', 'cli/catalogue.ts'), files: new Set<string>() },
  { name: 'start/message', from: pathsOf('msgpack.ts'), files: new Set<string>() },
  { name: 'start/app', from: pathsOf('cli/run.ts', 'index.ts'), files: new Set<string>() },
]
const TOGETHER = ['yaml', 'msgpackr/pack']

/** Fills the groups: everything imported by a group's files, unless a group before has it. */
const fill: Plugin = {
  name: 'groups',
  buildEnd() {
    for (const { from, files } of groups) {
      const queue = [...from]
      for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
        const info = this.getModuleInfo(id)
        if (!info || groups.some((group) => group.files.has(id!))) continue
        const [folder, ...more] = relative(src, id).split(/[\\/]/)
        if (more.length !== 1 && folder !== '..' && /\bimport\.meta\b/.test(readFileSync(id, 'utf8')))
          this.error(`${id} asks where it lies: it must be one folder deep, or behind an import()`)
        files.add(id)
        queue.push(...info.importedIds)
      }
    }
  },
}

/** Writes the built files into `out`. */
const bundle = async (out: string): Promise<void> => {
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) => ending.test(name))
  const build = await rolldown({
    input: Object.fromEntries(files.map((name) => [name.replace(ending, ''), join(src, name)])),
    platform: 'node',
    preserveEntrySignatures: 'allow-extension',
    external: (id) => !/^(?:[./]|\w:[\\/])/.test(id) && !TOGETHER.includes(id),
    plugins: [fill],
    checks: { ineffectiveDynamicImport: false },
  })
  await build.write({
    dir: out,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
    codeSplitting: {
      groups: groups.map(({ name, files }) => ({ name, test: (id) => files.has(id), includeDependenciesRecursively: false })),
    },
  })
  await build.close()
}

await bundle(process.argv[2] ?? 'dist')
