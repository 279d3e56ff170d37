import type { ReactElement, ReactNode } from 'react'

import { t } from '../texts/texts.ts'
import css from './split.module.css'

/** A table with `SplitCharts` at its right. In narrow windows the charts are below the table. */
export function Split({ children }: { readonly children: ReactNode }): ReactElement {
  return <div className={css.split}>{children}</div>
}

/** The charts beside a table. They stay in place while the table scrolls with the page. */
export function SplitCharts({ children }: { readonly children?: ReactNode }): ReactElement {
  return (
    <aside className={css.charts} aria-label={t('charts')}>
      {children}
    </aside>
  )
}
