import type { SweepInsights } from './insight/insights.ts'
import type { History, Suggestion } from './history.ts'
import type { SearchTask } from './methods/method.ts'

/** Computes suggestions and beliefs for sweeps. The server runs it in worker threads. */
export interface Searcher {
  /**
   * Returns the next points of a sweep, at most `count`. Fewer than `count` means that no further point can be found.
   */
  suggest(sweepId: string, task: SearchTask, history: History, count: number): Promise<Suggestion[]>
  /** Evaluates the trials of a sweep: best trial, expected improvement, importance of the parameters. */
  computeInsights(sweepId: string, task: SearchTask, history: History): Promise<SweepInsights>
  /** Drops everything cached for a sweep. */
  release(sweepId: string): void
}
