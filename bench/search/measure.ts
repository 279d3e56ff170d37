import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

import type { Plan, Report, Task } from './measure-worker.ts'

/**
 * Runs all tasks on `workers` threads and calls `onReport` after each.
 * A thread gets its next task after it has reported the previous one.
 */
export async function measureAll(
  plan: Plan,
  tasks: readonly Task[],
  workers: number,
  onReport: (report: Report) => void,
): Promise<void> {
  const queue = [...tasks]
  const lane = async (): Promise<void> => {
    const worker = new Worker(new URL('measure-worker.ts', import.meta.url), { workerData: plan })

    for (let task = queue.shift(); task; task = queue.shift()) {
      worker.postMessage(task)
      // `once` rejects if the worker fails.
      const [report] = (await once(worker, 'message')) as [Report]
      onReport(report)
    }
    await worker.terminate()
  }

  await Promise.all(Array.from({ length: Math.min(workers, tasks.length) }, lane))
}
