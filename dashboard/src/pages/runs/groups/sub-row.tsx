import type { ReactElement, ReactNode } from 'react'

import css from './sub-row.module.css'

/** A row below the row of its group. */
export function SubRow({ children }: { readonly children: ReactNode }): ReactElement {
  return <tr className={css.row}>{children}</tr>
}
