import { useEffect, useEffectEvent, useState } from 'react'

import type { RunView } from '../../../../../src/contract/run.ts'
import { paths } from '../../../paths.ts'
import { isTyping } from '../../../shortcuts.ts'
import { navigate } from '../../../state/location.ts'
import type { RowSelection } from '../selection/use-row-selection.ts'
import { decideKey } from './decide-key.ts'

/**
 * Handles the keys of a run list anywhere on the page. Returns the index of the
 * row that `j` and `k` have moved to; -1 for none.
 */
export function useTableKeys({
  project,
  runs,
  selection,
  selected,
  scrollTo,
}: {
  readonly project: string
  readonly runs: readonly RunView[]
  readonly selection: RowSelection
  /** Numbers of the selected runs, in the order of their selection. */
  readonly selected: readonly number[]
  readonly scrollTo: (index: number) => void
}): number {
  const [focused, setFocused] = useState(-1)

  const onKey = useEffectEvent((event: KeyboardEvent): void => {
    if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]'))
      return

    const action = decideKey(event.key, {
      rowCount: runs.length,
      focused,
      selectedCount: selected.length,
      hasFocusedElement: document.activeElement !== document.body,
    })

    switch (action?.kind) {
      case 'focus':
        setFocused(action.index)
        return scrollTo(action.index)
      case 'toggle':
        return selection.toggle(runs[action.index]!.number)
      case 'open':
        return navigate(paths.run(project, runs[action.index]!.number))
      case 'compare':
        return navigate(paths.compare(project, selected))
      case 'clear':
        return selection.clear()
      case undefined:
    }
  })

  useEffect(() => {
    const listener = (event: KeyboardEvent): void => onKey(event)
    addEventListener('keydown', listener)
    return () => removeEventListener('keydown', listener)
  }, [])

  return focused
}
