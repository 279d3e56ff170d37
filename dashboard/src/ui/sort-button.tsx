import type { MouseEvent, ReactElement, ReactNode } from 'react'

import { Icon } from './icons.tsx'
import css from './sort-button.module.css'

/**
 * The title of a column as a button that sorts the table by the column. If the
 * table is sorted by it, an arrow shows the order.
 */
export function SortButton({
  order,
  place,
  title,
  isDisabled = false,
  onClick,
  children,
}: {
  readonly order: 'ascending' | 'descending' | undefined
  /** Place of the column among the sort keys, from 1; shown if there are several keys. */
  readonly place?: number | undefined
  readonly title?: string | undefined
  readonly isDisabled?: boolean
  readonly onClick: (event: MouseEvent) => void
  readonly children: ReactNode
}): ReactElement {
  return (
    <button
      type="button"
      className={order ? `${css.button} ${css.sorted}` : css.button}
      title={title}
      disabled={isDisabled}
      onClick={onClick}
    >
      {order && <Icon name={order === 'descending' ? 'sort' : 'up'} size={13} />}
      {place !== undefined && <sub>{place}</sub>}
      {children}
    </button>
  )
}
