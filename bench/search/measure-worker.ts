import { parentPort, workerData } from 'node:worker_threads'

import type { Mode } from './baseline.ts'
import { createProblem } from './problems.ts'
import { runOne } from './protocol.ts'
import type { Budget, CreateOptimizer, RunResult } from './protocol.ts'

/** Settings shared by all searches of a measurement. */
export interface Plan extends Budget {
  /** URL of the module whose `createOptimizer` is measured. */
  readonly module: string
  readonly mode: Mode
  readonly options: Readonly<Record<string, unknown>>
}

/** One search to run: the name of its problem and its seed. */
export interface Task {
  readonly name: string
  readonly seed: number
}

/**
 * A message from a worker to the main thread: a finished task
 * and its result. The main thread responds with the next task.
 */
export interface Report {
  readonly task: Task
  readonly result: RunResult
}

const plan = workerData as Plan
const { createOptimizer } = (await import(plan.module)) as { createOptimizer: CreateOptimizer }

parentPort!.on('message', (task: Task) => {
  const { name, seed } = task
  const subject = createProblem(name)
  const { trials, concurrency, options } = plan

  const optimizer = createOptimizer(subject.space, { seed, trials, concurrency, options })
  parentPort!.postMessage({ task, result: runOne(optimizer, subject, seed, plan) } satisfies Report)
})
