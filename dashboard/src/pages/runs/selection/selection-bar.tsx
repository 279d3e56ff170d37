import { useState } from 'react'
import type { ReactElement } from 'react'

import type { Directions } from '../../../../../src/contract/project.ts'
import type { RunView } from '../../../../../src/contract/run.ts'
import { t } from '../../../texts/texts.ts'
import { IconButton } from '../../../ui/icon-button.tsx'
import { leavesList, needsConfirmation } from './change.ts'
import type { Change, ListedChange } from './change.ts'
import { ChangeDialog } from './change-dialog.tsx'
import css from './selection-bar.module.css'
import { RestoreButton, SelectionButtons } from './selection-buttons.tsx'
import { useAllMatches } from './use-all-matches.ts'
import { useSelectionActions } from './use-selection-actions.ts'

interface SelectionBarProps {
  readonly project: string
  /** The selected runs, as far as they are loaded. */
  readonly runs: readonly RunView[]
  readonly selected: readonly number[]
  readonly total: number
  readonly filter: string
  readonly columns: readonly string[]
  readonly directions: Directions
  /** Whether the runs are in the trash, where they can only be restored. */
  readonly isTrash: boolean
  readonly onSelect: (numbers: readonly number[]) => void
}

/** A toolbar of actions on the selected runs, or on all runs that match the filter. */
export function SelectionBar(props: SelectionBarProps): ReactElement | null {
  const { project, runs, selected, total, filter, columns, directions, isTrash, onSelect } = props
  const { isAll, selectAll } = useAllMatches(filter, selected.length)
  const actions = useSelectionActions({ project, filter, isAll, selected, runs, columns, directions })
  const [pending, setPending] = useState<ListedChange | undefined>()

  if (selected.length === 0) return null

  const count = isAll ? total : selected.length

  const apply = (change: Change): void => {
    actions.apply(change)
    if (leavesList(change)) onSelect([])
  }

  const request = (change: ListedChange): void =>
    needsConfirmation(change, isAll) ? setPending(change) : apply(change)

  return (
    <div className={css.bar} role="toolbar" aria-label={t('selection')}>
      <b className="strong">{t('selected', { n: count })}</b>
      {!isAll && total > selected.length && (
        <button type="button" className="btn bare" onClick={selectAll}>
          {t('or_all', { n: total })}
        </button>
      )}
      {isTrash ? (
        <RestoreButton onRestore={() => apply({ action: 'restore' })} />
      ) : (
        <SelectionButtons project={project} selected={selected} count={count} actions={actions} onChange={request} />
      )}
      <IconButton name="cross" label={t('clear_selection')} onClick={() => onSelect([])} />
      {pending && (
        <ChangeDialog
          change={pending}
          count={count}
          runs={isAll ? undefined : runs}
          onConfirm={() => apply(pending)}
          onClose={() => setPending(undefined)}
        />
      )}
    </div>
  )
}
