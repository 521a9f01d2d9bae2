// In a clone: the sources, built. Kept in node_modules/.cache/wippy, so that the second start is as fast as that of the published package.
//
// B1  What is built runs only while every source is of the size and age it was built from.
// B2  A build is complete or not there, and is never changed: a program that runs goes on importing from the one it began with.
// B3  Where it cannot be made, the sources run as they are; that is only slower. It is tried again when they have changed.

'use strict'

const fs = require('node:fs')
const path = require('node:path')

const KEPT = 8 // builds; of those before, nobody runs any more
const PATIENCE_MS = 30000

/** The file in which it is said which build is current: what it was made from, and its folder, or null when it could not be made. */
const CURRENT = 'current.json'

/** A file with its size and age. */
const line = (file) => {
  const { size, mtimeMs } = fs.statSync(file)
  return `${file} ${size} ${mtimeMs}`
}

// not `recursive`: that takes readdir three times as long
const walk = (folder, lines) => {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const file = `${folder}/${entry.name}`
    if (entry.isDirectory()) walk(file, lines)
    else lines.push(line(file))
  }
  return lines
}

/** What a build depends on, as text. */
const listing = (root) => {
  const alone = ['package.json', 'package-lock.json', 'bin/bundle.mts'].map((name) => line(`${root}/${name}`))
  return walk(`${root}/src`, alone).sort().join('\n')
}

const readCurrent = (cache) => {
  try {
    return JSON.parse(fs.readFileSync(path.join(cache, CURRENT), 'utf8'))
  } catch {
    return null // there is none yet, or it is no JSON: it is made again
  }
}

const make = (root, folder) => {
  fs.mkdirSync(folder)
  fs.copyFileSync(path.join(root, 'package.json'), path.join(folder, 'package.json'))
  for (const name of ['wasm', 'templates', 'libraries', 'bench']) fs.symlinkSync(path.join(root, name), path.join(folder, name), 'junction')
  const args = [path.join(root, 'bin', 'bundle.mts'), path.join(folder, 'dist')]
  return require('node:child_process').spawnSync(process.execPath, args, { stdio: 'ignore', timeout: PATIENCE_MS }).status === 0
}

const forgetOld = (cache) => {
  const names = fs.readdirSync(cache).filter((name) => name.startsWith('build-'))
  for (const name of names.sort().slice(0, -KEPT)) fs.rmSync(path.join(cache, name), { recursive: true, force: true })
}

/** The folder of the build of these sources; makes it when there is none. Null when it cannot be made. */
const built = (root) => {
  const cache = path.join(root, 'node_modules', '.cache', 'wippy')
  const from = listing(root)
  const current = readCurrent(cache)
  if (current && current.from === from && (current.folder === null || fs.existsSync(current.folder))) return current.folder
  try {
    fs.mkdirSync(cache, { recursive: true })
    let folder = path.join(cache, `build-${String(Date.now()).padStart(15, '0')}-${process.pid}`)
    if (!make(root, folder)) {
      fs.rmSync(folder, { recursive: true, force: true })
      folder = null
    }
    const next = path.join(cache, `${CURRENT}.${process.pid}`)
    fs.writeFileSync(next, JSON.stringify({ from, folder }))
    fs.renameSync(next, path.join(cache, CURRENT))
    forgetOld(cache)
    return folder
  } catch (error) {
    if (error.syscall) return null // a folder that cannot be written to
    throw error
  }
}

module.exports = { built }
