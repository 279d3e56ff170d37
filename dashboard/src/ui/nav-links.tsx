import type { ReactElement } from 'react'

import { Link } from './link.tsx'
import css from './nav-links.module.css'

/** A link of a navigation bar. `count`, shown after the text, is the number of entries on its page. */
export interface NavLink {
  readonly to: string
  readonly text: string
  readonly isCurrent: boolean
  readonly count?: number | undefined
}

/** Links to pages or tabs side by side. The current one is underlined. */
export function NavLinks({
  label,
  links,
  place,
}: {
  readonly label: string
  readonly links: readonly NavLink[]
  /** Whether the links are in the bar of the dashboard or are the tabs of a page. */
  readonly place: 'bar' | 'tabs'
}): ReactElement {
  return (
    <nav className={`${css.links} ${css[place]}`} aria-label={label}>
      {links.map(({ to, text, isCurrent, count }) => (
        <Link key={to} to={to} aria-current={isCurrent ? 'page' : undefined}>
          {text}
          {count !== undefined && <span className={css.count}>{count.toLocaleString('en-US')}</span>}
        </Link>
      ))}
    </nav>
  )
}
