import type { ReactElement, ReactNode } from 'react'

import { t } from '../../../texts/texts.ts'
import { SortButton } from '../../../ui/sort-button.tsx'
import { fieldTitle } from '../columns.ts'
import { orderOf } from '../runs-state.ts'
import type { SortKey } from '../runs-state.ts'
import { nextGroupSort } from './group-sort.ts'

interface GroupHeadProps {
  readonly group: readonly string[]
  /** Metric columns of the table. */
  readonly figures: readonly string[]
  readonly sort: SortKey
  readonly onSort: (sort: SortKey) => void
}

/** The head of the table of groups: the fields that runs are grouped by, the number of runs, the metrics. */
export function GroupHead({ group, figures, sort, onSort }: GroupHeadProps): ReactElement {
  const sorting = { sort, onSort }

  return (
    <thead>
      <tr>
        <th>
          <span className="sr">{t('selection')}</span>
        </th>
        {group.map((field) => (
          <SortableHead key={field} {...sorting} field={field} isNumber={false}>
            {fieldTitle(field)}
          </SortableHead>
        ))}
        <SortableHead {...sorting} field="n" isNumber>
          n
        </SortableHead>
        {figures.map((column) => (
          <SortableHead key={column} {...sorting} field={column} isNumber>
            {fieldTitle(column)} <span className="dim">{t('mean_sd')}</span>
          </SortableHead>
        ))}
      </tr>
    </thead>
  )
}

function SortableHead({
  field,
  isNumber,
  sort,
  onSort,
  children,
}: {
  readonly field: string
  readonly isNumber: boolean
  readonly children: ReactNode
} & Pick<GroupHeadProps, 'sort' | 'onSort'>): ReactElement {
  const order = sort.field === field ? orderOf(sort) : undefined

  return (
    <th className={isNumber ? 'num' : ''} aria-sort={order ?? 'none'}>
      <SortButton order={order} onClick={() => onSort(nextGroupSort(sort, field, isNumber))}>
        <span className="clip">{children}</span>
      </SortButton>
    </th>
  )
}
