import type { ReactElement } from 'react'

import { formatDate } from '../../format.ts'
import { t } from '../../texts/texts.ts'
import { Icon } from '../../ui/icons.tsx'
import css from './in-trash.module.css'

interface InTrashProps {
  readonly since: string
  readonly isBusy: boolean
  readonly onRestore: () => void
}

/**
 * The date when a run or a sweep was put into the trash, and a button that restores it.
 * Shown in place of the actions of the run or sweep.
 */
export function InTrash({ since, isBusy, onRestore }: InTrashProps): ReactElement {
  return (
    <div className={`name ${css.box}`}>
      <span className="mid">{t('in_trash_since', { date: formatDate(since) })}</span>
      <button type="button" className="btn" disabled={isBusy} onClick={onRestore}>
        <Icon name="retry" />
        {t('restore')}
      </button>
    </div>
  )
}
