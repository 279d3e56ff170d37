import type { ReactElement, ReactNode } from 'react'

import css from './status-line.module.css'

/** The line at the edge of a table: how many rows it has, and buttons. */
export function StatusLine({ children }: { readonly children: ReactNode }): ReactElement {
  return <div className={css.line}>{children}</div>
}
