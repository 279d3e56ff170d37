import type { AttemptOfRun } from './use-log.ts'

/** Returns the parameters of the query that name the line of a log at a byte. */
export function lineAddress(byte: number, attempt: AttemptOfRun['attempt']): Record<string, string> {
  return { at: String(byte), ...(attempt !== undefined && { attempt: String(attempt) }) }
}
