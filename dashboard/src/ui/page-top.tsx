import type { ReactElement, ReactNode } from 'react'

import { Link } from './link.tsx'
import css from './page-top.module.css'

/** A page above the shown one, with its address; or the shown page itself, without an address. */
export interface Breadcrumb {
  readonly text: string
  readonly to?: string
}

/**
 * The top of the page of a run or a sweep: links to the pages above it, its icon, name, tags and buttons, and its
 * figures and tabs below.
 */
export function PageTop({
  breadcrumbs,
  icon,
  name,
  tags,
  actions,
  children,
}: {
  readonly breadcrumbs: readonly Breadcrumb[]
  readonly icon: ReactElement
  readonly name: string
  readonly tags: readonly string[]
  readonly actions: ReactElement
  readonly children: ReactNode
}): ReactElement {
  return (
    <div className={css.top}>
      <nav className={css.breadcrumbs} aria-label="breadcrumb">
        {breadcrumbs.map(({ text, to }, i) => (
          <span key={text}>
            {i > 0 && <span aria-hidden="true">/ </span>}
            {to === undefined ? text : <Link to={to}>{text}</Link>}
          </span>
        ))}
      </nav>
      <div className={css.title}>
        {icon}
        <h1 className="clip" title={name}>
          {name}
        </h1>
        {tags.map((tag) => (
          <span key={tag} className="tag clip">
            {tag}
          </span>
        ))}
        <span className="grow" />
        {actions}
      </div>
      {children}
    </div>
  )
}
