import type { Beliefs } from './beliefs.ts'
import type { History, Suggestion } from './history.ts'
import type { SearchTask } from './method.ts'

/** Whatever computes suggestions: here, or in a thread of its own. */
export interface Searcher {
  /** The next points of a sweep, at most `count`; fewer mean that no further point exists. */
  suggest(sweepId: string, task: SearchTask, history: History, count: number): Promise<Suggestion[]>
  /** What the trials say so far. */
  believe(sweepId: string, task: SearchTask, history: History): Promise<Beliefs>
  /** Forgets what it remembers of a sweep. */
  forget(sweepId: string): void
}
