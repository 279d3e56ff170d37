import type { ReactElement, ReactNode } from 'react'

import css from './status-line.module.css'

/** A line above or below a table: the number of its rows, and buttons. */
export function StatusLine({ children }: { readonly children: ReactNode }): ReactElement {
  return <div className={css.line}>{children}</div>
}
