import type { ReactElement, ReactNode } from 'react'

import css from './notice.module.css'

/** A box with a title that says what happened, has failed or could be better. The colour of its edge is its kind. */
export function Notice({
  kind,
  title,
  isMono = false,
  role,
  children,
}: {
  readonly kind: 'warning' | 'error' | 'advice'
  readonly title: string
  /** Whether the title is text of a program. */
  readonly isMono?: boolean
  readonly role?: 'alert'
  readonly children: ReactNode
}): ReactElement {
  return (
    <section className={`${css.notice} ${css[kind]}`} role={role}>
      <h2 className={isMono ? 'mono' : ''}>{title}</h2>
      {children}
    </section>
  )
}
