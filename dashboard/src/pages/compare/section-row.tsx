import type { ReactElement } from 'react'

import css from './compare-table.module.css'

/** The row above a section of the table of a comparison. `width` is the number of runs. */
export function SectionRow({
  title,
  note,
  width,
}: {
  readonly title: string
  readonly note: string
  readonly width: number
}): ReactElement {
  return (
    <tr className={css.section}>
      <th colSpan={width + 1} scope="rowgroup">
        <div>
          {title} <span>{note}</span>
        </div>
      </th>
    </tr>
  )
}
