/**
 * Returns a function that runs a task, one run at a time. A call while the task runs makes it run once more afterwards,
 * however many calls there are.
 */
export function oneAtATime(task: () => Promise<void>): () => Promise<void> {
  let [isRunning, isWanted] = [false, false]

  return async () => {
    isWanted = true
    if (isRunning) return

    isRunning = true
    try {
      while (isWanted) {
        isWanted = false
        await task()
      }
    } finally {
      isRunning = false
    }
  }
}
