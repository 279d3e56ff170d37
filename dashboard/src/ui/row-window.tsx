import type { Virtualizer } from '@tanstack/react-virtual'
import type { ReactElement, ReactNode } from 'react'

/**
 * The rows in sight of a long table, at their place in its whole height. They follow one another without a style of their
 * own: with one, a browser finds none of their cells' styles in its cache, and a fast scroll stutters.
 */
export function RowWindow({
  rows,
  children,
}: {
  readonly rows: Virtualizer<HTMLDivElement, Element>
  readonly children: ReactNode
}): ReactElement {
  const start = rows.getVirtualItems()[0]?.start ?? 0
  return (
    <div className={rows.isScrolling ? 'body moving' : 'body'} style={{ height: rows.getTotalSize() }}>
      <div role="rowgroup" style={{ transform: `translateY(${start}px)` }}>
        {children}
      </div>
    </div>
  )
}
