import { useCallback, useRef } from 'react'

import type { RunView } from '../../../../../src/contract/run.ts'
import { SELECTED_MAX } from '../runs-state.ts'
import { toggleNumber, toggleRange } from './toggle.ts'

/** The selection of rows in a run list, and functions that change it. */
export interface RowSelection {
  readonly selected: ReadonlySet<number>
  /** Whether the first `SELECTED_MAX` runs of the list are all selected. */
  readonly isAll: boolean
  readonly toggle: (number: number) => void
  /**
   * Toggles a run; with `isRange`, selects or unselects all rows from the last toggled one to this one. The function is
   * the same in every render, so that a change of the selection renders only the rows that it concerns.
   */
  readonly toggleRow: (number: number, isRange: boolean) => void
  readonly toggleAll: () => void
  readonly clear: () => void
}

/**
 * Returns the selection of rows and the functions that change it. `onSelect` receives the
 * numbers of the selected runs, at most `SELECTED_MAX`.
 */
export function useRowSelection(
  runs: readonly RunView[],
  selectedNumbers: readonly number[],
  onSelect: (numbers: readonly number[]) => void,
): RowSelection {
  const lastToggled = useRef<number | undefined>(undefined)
  const select = (numbers: readonly number[]): void => onSelect(numbers.slice(0, SELECTED_MAX))

  const toggleRow = (number: number, isRange: boolean): void => {
    const from = lastToggled.current
    lastToggled.current = number
    const range = isRange
      ? toggleRange(selectedNumbers, { listed: runs.map((run) => run.number), from, to: number })
      : undefined
    select(range ?? toggleNumber(selectedNumbers, number))
  }

  const toggleRowRef = useRef(toggleRow)
  toggleRowRef.current = toggleRow

  const selected = new Set(selectedNumbers)
  const selectable = runs.slice(0, SELECTED_MAX).map(({ number }) => number)
  const isAll = selectable.length > 0 && selectable.every((number) => selected.has(number))

  return {
    selected,
    isAll,
    toggle: (number) => select(toggleNumber(selectedNumbers, number)),
    toggleRow: useCallback((number, isRange) => toggleRowRef.current(number, isRange), []),
    toggleAll: () => select(isAll ? [] : selectable),
    clear: () => select([]),
  }
}
