// Takes from this program what only an attacker would miss: making code from strings, and `__proto__`.
//
// Node has flags for both. They are no use here: `--disallow-code-generation-from-strings` stops oclif from loading (its help is made of
// templates), V8 reads it only when a context is made, and starting Node a second time for the other costs more than a whole run. So the same
// is done from inside, once the commands are loaded and before the first process is.
//
// One package (the keys of lmdb) makes a function with `eval` while it loads, which happens when something first has to be stored: `eval`, and
// nothing else, comes back for as long as that takes.

const kinds = [() => {}, async () => {}, function* () {}, async function* () {}]

const refuse = (name: string, prototype: object | null): object => {
  function refusing(): never {
    throw new EvalError('code from strings is not allowed here')
  }
  Object.defineProperty(refusing, 'name', { value: name })
  if (prototype) Object.defineProperty(refusing, 'prototype', { value: prototype })
  return refusing
}

/** There is no way back, but for what the returned function loads. */
export const lockdown = (): (<T>(load: () => Promise<T>) => Promise<T>) => {
  for (const sample of kinds) {
    const prototype = Object.getPrototypeOf(sample)
    const value = refuse(prototype.constructor.name, prototype)
    Object.defineProperty(prototype, 'constructor', { value, writable: false, configurable: false })
  }
  Object.defineProperty(globalThis, 'Function', { value: Function.prototype.constructor, writable: false, configurable: false })
  // biome-ignore lint/security/noGlobalEval: given back to what `load` loads, and to nobody else
  const evaluate = globalThis.eval
  const refusing = refuse('eval', null)
  let loading = 0
  Object.defineProperty(globalThis, 'eval', { get: () => (loading > 0 ? evaluate : refusing), configurable: false })
  Reflect.deleteProperty(Object.prototype, '__proto__')
  return async (load) => {
    loading++
    try {
      return await load()
    } finally {
      loading--
    }
  }
}
