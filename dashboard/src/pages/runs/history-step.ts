import type { RunsState } from './runs-state.ts'

/** Longest time between two edits of the filter that become one entry of the browser's history. */
const TYPING_PAUSE_MS = 5_000
/**
 * Parts of the state whose changes replace the current entry of the browser's history: the selection, dragged column
 * widths, the zoom and unfolded groups.
 */
const REPLACING_KEYS: readonly string[] = ['selected', 'widths', 'zoom', 'unfolded'] satisfies (keyof RunsState)[]

/**
 * Whether a change of the state replaces the current entry of the browser's history instead of adding one.
 * `sinceTypedMs` is the time since the last edit of the filter.
 */
export function replacesHistoryStep(patch: Partial<RunsState>, sinceTypedMs: number): boolean {
  const changed = Object.keys(patch)
  const isTyped = changed.join() === 'filter' && sinceTypedMs < TYPING_PAUSE_MS
  return isTyped || changed.every((key) => REPLACING_KEYS.includes(key))
}
