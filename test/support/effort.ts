// What a piece of work costs this process, however busy the machine is.

/** Milliseconds of processor time of `work`, collecting garbage included. */
export const effort = (work: () => unknown): number => {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}
