// Who wanted something may be gone, before whoever works on it has begun to listen.

/** Calls `free` once when the signal is raised; soon, when it was raised before. The returned function forgets it. */
export const whenGone = (signal: AbortSignal, free: () => void): (() => void) => {
  if (signal.aborted) queueMicrotask(free)
  else signal.addEventListener('abort', free, { once: true })
  return () => signal.removeEventListener('abort', free)
}
