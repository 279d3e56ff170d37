import type { ReactElement, ReactNode } from 'react'

import css from './notice.module.css'

/**
 * A box with a title and further text about an error, a problem or an
 * improvement. `kind` determines the colour of its edge.
 */
export function Notice({
  kind,
  title,
  isMono = false,
  role,
  children,
}: {
  readonly kind: 'warning' | 'error' | 'advice'
  readonly title: string
  /** Whether the title was printed by a program and is shown in a monospaced font. */
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
