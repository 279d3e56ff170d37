import type { Logger } from './ports/logger.ts'

/**
 * Returns a function that logs a failure of a repeated task with the name of its attempt. An equal failure of the same
 * attempt is logged only once, because the task is repeated soon.
 */
export function createLogOnce(log: Logger, message: string): (attemptName: string, error: unknown) => void {
  const logged = new Set<string>()

  return (attemptName, error) => {
    const key = `${attemptName} ${(error as Error).message}`
    if (logged.has(key)) return
    logged.add(key)
    log.warn({ attempt: attemptName, err: error }, message)
  }
}
