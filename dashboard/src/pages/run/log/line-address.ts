import type { AttemptOfRun } from './use-log.ts'

/** Returns the parameters of the query of an address that links to the log line that begins at a byte. */
export function lineAddress(byte: number, attempt: AttemptOfRun['attempt']): Record<string, string> {
  return { at: String(byte), ...(attempt !== undefined && { attempt: String(attempt) }) }
}
