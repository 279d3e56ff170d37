/** The action of a key press in a run list. */
export type KeyAction =
  | { readonly kind: 'focus'; readonly index: number }
  | { readonly kind: 'toggle' | 'open'; readonly index: number }
  | { readonly kind: 'compare' | 'clear' }

/** The state of a run list that decides what a key does. */
interface ListState {
  /** Number of rows. */
  readonly rowCount: number
  /** Index of the row that the keys have moved to; -1 for none. */
  readonly focused: number
  readonly selectedCount: number
  /** Whether an element of the page has the focus. The Enter key then activates this element and opens no run. */
  readonly hasFocusedElement: boolean
}

/**
 * Returns the action of a key; undefined for none. `j` and `k` move down and up, `x` toggles the selection of the row,
 * Enter opens the run, `c` compares the selected runs, Escape clears the selection.
 */
export function decideKey(
  key: string,
  { rowCount, focused, selectedCount, hasFocusedElement }: ListState,
): KeyAction | undefined {
  const hasRow = focused >= 0 && focused < rowCount

  switch (key) {
    case 'j':
    case 'k':
      return { kind: 'focus', index: Math.min(rowCount - 1, Math.max(0, focused + (key === 'j' ? 1 : -1))) }
    case 'x':
      return hasRow ? { kind: 'toggle', index: focused } : undefined
    case 'Enter':
      return hasRow && !hasFocusedElement ? { kind: 'open', index: focused } : undefined
    case 'c':
      return selectedCount > 1 ? { kind: 'compare' } : undefined
    case 'Escape':
      return selectedCount > 0 ? { kind: 'clear' } : undefined
    default:
      return undefined
  }
}
