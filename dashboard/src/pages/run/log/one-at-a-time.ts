/**
 * Returns a function that runs a task, but never twice at the same time. A call while the task is running returns at
 * once, and the task runs once more afterwards, however many such calls there were.
 */
export function oneAtATime(task: () => Promise<void>): () => Promise<void> {
  let [isRunning, isRequested] = [false, false]

  return async () => {
    isRequested = true
    if (isRunning) return

    isRunning = true
    try {
      while (isRequested) {
        isRequested = false
        await task()
      }
    } finally {
      isRunning = false
    }
  }
}
