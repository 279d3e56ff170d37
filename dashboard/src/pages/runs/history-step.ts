import type { RunsState } from './runs-state.ts'

/** Edits of the filter that follow each other within this time are one step of the browser's history. */
const TYPING_PAUSE_MS = 5_000
/** Parts of the state whose changes are no step of the browser's history: those that are selected or dragged. */
const REPLACING_KEYS: readonly string[] = ['selected', 'widths', 'zoom', 'unfolded'] satisfies (keyof RunsState)[]

/**
 * Whether a change of the state replaces the current step of the browser's history rather than adds one. `sinceTypedMs`
 * is the time since the last edit of the filter.
 */
export function replacesHistoryStep(patch: Partial<RunsState>, sinceTypedMs: number): boolean {
  const changed = Object.keys(patch)
  const isTyped = changed.join() === 'filter' && sinceTypedMs < TYPING_PAUSE_MS
  return isTyped || changed.every((key) => REPLACING_KEYS.includes(key))
}
