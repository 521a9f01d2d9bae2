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

/** The command line's file: built, in the package and (once it is) in a clone; with WIPPY_DEBUG the sources of a clone as they are. */
const main = () => {
  const source = path.join(root, 'src', 'cli', 'main.ts')
  const isClone = fs.existsSync(source)
  if (isClone && process.env.WIPPY_DEBUG) return source
  const home = isClone ? require('./built.js').built(root) : root
  return home === null ? source : path.join(home, 'dist', 'cli', 'main.js')
}

const start = () => {
  require('module').enableCompileCache()
  require(main()).main(process.argv.slice(2))
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
