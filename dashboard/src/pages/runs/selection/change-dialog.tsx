import type { ReactElement } from 'react'

import type { RunView } from '../../../../../src/contract/run.ts'
import { runLabels } from '../../../paths.ts'
import { t } from '../../../texts/texts.ts'
import { ConfirmDialog } from '../../../ui/confirm-dialog.tsx'
import type { ListedChange } from './change.ts'

const NAMED_MAX = 5

/**
 * A dialog that confirms a change: the number of runs that it applies to, and
 * the names of the first five selected ones.
 */
export function ChangeDialog({
  change,
  count,
  runs,
  onConfirm,
  onClose,
}: {
  readonly change: ListedChange
  readonly count: number
  /** The selected runs; undefined if the change applies to all runs that match the filter. */
  readonly runs: readonly RunView[] | undefined
  readonly onConfirm: () => void
  readonly onClose: () => void
}): ReactElement {
  const { action } = change
  const values = {
    n: count,
    to: action === 'move' ? change.to : '',
    tag: action === 'tag' ? change.tags.join(', ') : '',
  }

  return (
    <ConfirmDialog
      title={t(`${action}_runs`, values)}
      text={[t(`${action}_runs_text`), ...(runs ? [namesOf(runs)] : [])].join(' ')}
      verb={t(action === 'restart' ? 'run_again' : action)}
      isHarmless={action !== 'stop' && action !== 'delete'}
      onConfirm={onConfirm}
      onClose={onClose}
    />
  )
}

/** Returns the names of the first five runs, and the number of further runs. */
function namesOf(runs: readonly RunView[]): string {
  const labels = runLabels(runs)
  const names = runs.map(({ number }) => labels.get(number)!)
  const rest = names.length > NAMED_MAX ? ` ${t('and_more', { n: names.length - NAMED_MAX })}` : ''
  return names.slice(0, NAMED_MAX).join(', ') + rest
}
