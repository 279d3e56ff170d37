import type { ReactElement } from 'react'

import { paths } from '../../../paths.ts'
import { t } from '../../../texts/texts.ts'
import { Icon } from '../../../ui/icons.tsx'
import { Link } from '../../../ui/link.tsx'
import type { ListedChange } from './change.ts'
import { MoveMenu } from './move-menu.tsx'
import { TagMenu } from './tag-menu.tsx'
import { RESTART_MAX } from './use-selection-actions.ts'
import type { useSelectionActions } from './use-selection-actions.ts'

interface SelectionButtonsProps {
  readonly project: string
  readonly selected: readonly number[]
  /** Number of runs that a change applies to. */
  readonly count: number
  readonly actions: ReturnType<typeof useSelectionActions>
  readonly onChange: (change: ListedChange) => void
}

/** The buttons and menus of the actions on the selected runs. */
export function SelectionButtons({ project, selected, count, actions, onChange }: SelectionButtonsProps): ReactElement {
  const isTooMany = count > RESTART_MAX

  return (
    <>
      {selected.length > 1 && (
        <Link className="btn bare" to={paths.compare(project, selected)}>
          <Icon name="compare" />
          {t('compare')}
          <kbd>c</kbd>
        </Link>
      )}
      <TagMenu onTag={(tag) => onChange({ action: 'tag', tags: [tag] })} />
      <MoveMenu project={project} onChoose={(to) => onChange({ action: 'move', to })} />
      <button
        type="button"
        className="btn bare"
        disabled={actions.isRestarting || isTooMany}
        title={isTooMany ? t('restart_max', { n: RESTART_MAX }) : undefined}
        onClick={() => onChange({ action: 'restart' })}
      >
        <Icon name="retry" />
        {t('run_again')}
      </button>
      <button type="button" className="btn bare" disabled={actions.isExporting} onClick={actions.exportTable}>
        <Icon name="download" />
        {t('export')}
      </button>
      <button type="button" className="btn bare" onClick={() => onChange({ action: 'stop' })}>
        <Icon name="stop" />
        {t('stop')}
      </button>
      <button type="button" className="btn bare danger" onClick={() => onChange({ action: 'delete' })}>
        {t('delete')}
      </button>
    </>
  )
}

/** A button that brings runs back from the trash. */
export function RestoreButton({ onRestore }: { readonly onRestore: () => void }): ReactElement {
  return (
    <button type="button" className="btn bare" onClick={onRestore}>
      <Icon name="retry" />
      {t('restore')}
    </button>
  )
}
