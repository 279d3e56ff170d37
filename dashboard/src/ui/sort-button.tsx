import type { MouseEvent, ReactElement, ReactNode } from 'react'

import { Icon } from './icons.tsx'
import css from './sort-button.module.css'

/**
 * The title of a column as a button that sorts a table by it. An arrow shows the order where the table is sorted so.
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
  /** Place of the column among several sort keys, from 1. */
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
