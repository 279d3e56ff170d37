const NAME = /^hagane-([1-9]\d*)-([1-9]\d*)$/

/**
 * Returns the name of an attempt. It is the same whenever it is computed, so an executor that has an attempt of this
 * name does not start it again. Numbers repeat in another database: the id of an attempt is its identity.
 */
export function attemptName(runNumber: number, n: number): string {
  return `hagane-${runNumber}-${n}`
}

/** Returns the numbers in the name of an attempt; undefined for another text. */
export function parseAttemptName(name: string): { readonly runNumber: number; readonly n: number } | undefined {
  const match = NAME.exec(name)
  return match ? { runNumber: Number(match[1]), n: Number(match[2]) } : undefined
}
