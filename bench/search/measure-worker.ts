import { parentPort, workerData } from 'node:worker_threads'

import type { Mode } from './baseline.ts'
import { createProblem } from './problems.ts'
import { runOne } from './protocol.ts'
import type { Budget, CreateOptimizer, RunResult } from './protocol.ts'

/** Settings shared by all searches of a measurement. */
export interface Plan extends Budget {
  /** URL of the module to measure. */
  readonly module: string
  readonly mode: Mode
  readonly options: Readonly<Record<string, unknown>>
}

/** One search to run: a problem and a seed. */
export interface Task {
  readonly name: string
  readonly seed: number
}

/** The only message from a worker. The next task is the answer to it. */
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
