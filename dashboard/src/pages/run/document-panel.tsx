import type { ReactElement, ReactNode } from 'react'

import css from './document-panel.module.css'

/** A box for the document that a run or a sweep was created from, with the digest of the plan at its end. */
export function DocumentPanel({
  planDigest,
  children,
}: {
  readonly planDigest: string
  readonly children: ReactNode
}): ReactElement {
  return (
    <div className={`panel grow ${css.panel}`}>
      {children}
      <p className="dim small mono">{planDigest}</p>
    </div>
  )
}
