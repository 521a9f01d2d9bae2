#!/usr/bin/env node
// Starts the command line, on the right Node. Written so that any Node can read it: no `import`, no `node:` names.
//
// wippy needs Node 24. An older one runs this file again with the Node that came along as an optional dependency; on systems that can, the
// process is replaced, elsewhere signals and the exit code are passed on.

// biome-ignore-all lint/style/useNodejsImportProtocol: an old Node does not know these names
'use strict'

const path = require('path')
const fs = require('fs')

const root = path.join(__dirname, '..')
const NEEDED = 24

const bundled = () => {
  const system = `${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
  const file = path.join('bin', process.platform === 'win32' ? 'node.exe' : 'node')
  for (let at = root; ; at = path.dirname(at)) {
    // one system's package has a name of its own
    const found = [`node-${system}`, `node-bin-${system}`].map((name) => path.join(at, 'node_modules', name, file)).find(fs.existsSync)
    if (found) return found
    if (path.dirname(at) === at) return null
  }
}

const runWith = (node) => {
  const args = [__filename].concat(process.argv.slice(2))
  if (process.execve) {
    process.removeAllListeners('warning') // it is experimental, and the user did not choose it
    return process.execve(node, [node].concat(args), process.env)
  }
  const child = require('child_process').spawn(node, args, { stdio: 'inherit' })
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  signals.forEach((signal) => {
    process.on(signal, () => {
      child.kill(signal)
    })
  })
  child.on('error', (error) => {
    console.error(`wippy: ${node} cannot be started: ${error.message}`)
    process.exit(1)
  })
  child.on('exit', (code, signal) => {
    if (signal === null) return process.exit(code)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}

/** What is kept of the sources of a clone, built; null in the package, when there is none, and with WIPPY_DEBUG. */
const build = () => {
  const isClone = fs.existsSync(path.join(root, 'src', 'cli', 'main.ts'))
  return isClone && !process.env.WIPPY_DEBUG ? require('./built.js').built(root) : null
}

/** The command line's file: built, or the sources of a clone as they are. */
const main = (home) => {
  const source = path.join(root, 'src', 'cli', 'main.ts')
  return home === null && fs.existsSync(source) ? source : path.join(home || root, 'dist', 'cli', 'main.js')
}

/**
 * Where compiled code is kept: with the build it was compiled from, else at the user's home. Not in the system's folder for temporary files,
 * where somebody else could put code first.
 */
const compiled = (home) => {
  const { NODE_COMPILE_CACHE, XDG_CACHE_HOME } = process.env
  if (NODE_COMPILE_CACHE) return NODE_COMPILE_CACHE
  return home ? path.join(home, 'compiled') : path.join(XDG_CACHE_HOME || path.join(require('os').homedir(), '.cache'), 'wippy')
}

const start = () => {
  const home = build()
  require('module').enableCompileCache(compiled(home))
  require(main(home)).main(process.argv.slice(2))
}

if (parseInt(process.versions.node, 10) >= NEEDED) {
  start()
} else {
  const node = bundled()
  if (node) {
    runWith(node)
  } else {
    console.error(`wippy: needs Node ${NEEDED} or newer, this is ${process.version}; install one, or run "npm ci" without --omit=optional.`)
    process.exit(1)
  }
}
