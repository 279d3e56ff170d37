import type { ReactElement, ReactNode } from 'react'

import css from './page-head.module.css'

/** The title of a page with its buttons, on one row. Pages of one run or sweep have a `PageTop` instead. */
export function PageHead({ title, children }: { readonly title: string; readonly children?: ReactNode }): ReactElement {
  return (
    <div className={css.head}>
      <h1>{title}</h1>
      {children}
    </div>
  )
}
