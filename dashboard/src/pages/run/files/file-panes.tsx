import type { ReactElement, ReactNode } from 'react'

import css from './file-panes.module.css'

/** A list of files, and beside it the chosen file. */
export function FilePanes({ children }: { readonly children: ReactNode }): ReactElement {
  return <div className={css.panes}>{children}</div>
}
