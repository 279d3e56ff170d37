const NAME = /^hagane-([1-9]\d*)-([1-9]\d*)$/

/**
 * Returns the name of an attempt. The name is always the same, so an executor that has an attempt of this name does not
 * start it again. Another database can have an attempt of the same name; only the id identifies an attempt.
 */
export function attemptName(runNumber: number, n: number): string {
  return `hagane-${runNumber}-${n}`
}

/** Returns the run number and the attempt number in a name of `attemptName`; undefined for any other text. */
export function parseAttemptName(name: string): { readonly runNumber: number; readonly n: number } | undefined {
  const match = NAME.exec(name)
  return match ? { runNumber: Number(match[1]), n: Number(match[2]) } : undefined
}
