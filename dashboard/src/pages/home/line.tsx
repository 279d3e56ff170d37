import type { ReactElement, ReactNode } from 'react'

import css from './line.module.css'

/** A line in a block of the start page. Each kind of line has columns of its own, which its children fill in order. */
export function Line({
  kind,
  children,
}: {
  readonly kind: 'running' | 'waiting' | 'failure' | 'project' | 'device'
  readonly children: ReactNode
}): ReactElement {
  return <div className={`${css.line} ${css[kind]}`}>{children}</div>
}
