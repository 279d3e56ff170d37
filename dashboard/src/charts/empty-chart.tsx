import type { ReactElement } from 'react'

import css from './empty-chart.module.css'

/** Placeholder of a chart that has nothing to draw yet: a faint wavy line with a text. */
export function EmptyChart({ text }: { readonly text: string }): ReactElement {
  return (
    <div className={css.placeholder}>
      <svg width="220" height="40" viewBox="0 0 220 40" fill="none" aria-hidden="true">
        <path d="M2 26c14-14 20 8 34-2s18-14 30-4 16 14 32 2 22-12 36-2 20 8 34-4 28-4 50-10" strokeWidth="1.4" />
      </svg>
      <span>{text}</span>
    </div>
  )
}
