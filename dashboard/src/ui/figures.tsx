import type { ReactElement, ReactNode } from 'react'

import css from './figures.module.css'

/** A key figure of a page, with a line of small text below it. */
export interface Figure {
  readonly label: string
  readonly value: ReactNode
  readonly unit?: string
  readonly sub?: ReactNode
}

/** The key figures of a page, in large type. Figures that are undefined or false are left out. */
export function Figures({ figures }: { readonly figures: readonly (Figure | undefined | false)[] }): ReactElement {
  return (
    <dl className={css.figures}>
      {figures.map(
        (figure) =>
          figure && (
            <div key={figure.label}>
              <dt>{figure.label}</dt>
              <dd>
                {figure.value}
                {figure.unit && <small>{figure.unit}</small>}
              </dd>
              <dd className={css.sub}>{figure.sub}</dd>
            </div>
          ),
      )}
    </dl>
  )
}
