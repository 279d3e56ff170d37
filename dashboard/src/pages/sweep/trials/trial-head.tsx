import type { ReactElement } from 'react'

import type { TrialSet } from '../../../charts/trials.ts'
import { changeQuery } from '../../../state/location.ts'
import { t } from '../../../texts/texts.ts'
import grid from '../../../ui/row-window.module.css'
import { SortButton } from '../../../ui/sort-button.tsx'
import { sortAfterClick, writeTrialSort } from './sort-trials.ts'
import type { TrialSort, TrialSortKey } from './sort-trials.ts'
import type { TrialColumns } from './trial-columns.ts'

interface TrialHeadProps {
  readonly columns: TrialColumns
  readonly sort: TrialSort
  readonly set: Pick<TrialSet, 'metric' | 'isMaximized'>
}

/** The head of the table of trials. A click on a column sorts by it; a second click reverses the order. */
export function TrialHead({ columns, sort, set }: TrialHeadProps): ReactElement {
  return (
    <div className={`${grid.row} ${grid.head}`} role="row">
      <SortHead by="index" text={t('trial')} isText sort={sort} set={set} />
      <span role="columnheader" className={grid.cell}>
        {t('phase')}
      </span>
      <SortHead by="value" text={set.metric ?? t('value')} sort={sort} set={set} />
      {columns.hasRungs && (
        <span role="columnheader" className={`${grid.cell} num`}>
          {t('rung')}
        </span>
      )}
      {columns.params.map(({ name, isText }) => (
        <SortHead key={name} by={`p.${name}`} text={name} isText={isText} sort={sort} set={set} />
      ))}
      <SortHead by="seconds" text={t('duration')} sort={sort} set={set} />
    </div>
  )
}

function SortHead({
  by,
  text,
  isText = false,
  sort,
  set,
}: Omit<TrialHeadProps, 'columns'> & {
  readonly by: TrialSortKey
  readonly text: string
  readonly isText?: boolean
}): ReactElement {
  const order = sort.key === by ? (sort.isDescending ? 'descending' : 'ascending') : undefined

  return (
    <span role="columnheader" className={isText ? grid.cell : `${grid.cell} num`} aria-sort={order ?? 'none'}>
      <SortButton order={order} onClick={() => changeQuery(writeTrialSort(sortAfterClick(sort, by, set.isMaximized)))}>
        <span className="clip">{text}</span>
      </SortButton>
    </span>
  )
}
