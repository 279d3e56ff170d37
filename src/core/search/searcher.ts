import type { SweepInsights } from './insight/insights.ts'
import type { History, Suggestion } from './history.ts'
import type { SearchTask } from './methods/method.ts'

/** Computes suggestions and insights for sweeps. The server's implementation computes them in worker threads. */
export interface Searcher {
  /** Returns the next points of a sweep, at most `count`. Returns fewer if no further point can be found. */
  suggest(sweepId: string, task: SearchTask, history: History, count: number): Promise<Suggestion[]>
  /**
   * Computes the insights into a sweep: best trial, expected improvement, importance of the parameters, and bounds to
   * widen.
   */
  computeInsights(sweepId: string, task: SearchTask, history: History): Promise<SweepInsights>
  /** Removes everything cached for a sweep. */
  release(sweepId: string): void
}
