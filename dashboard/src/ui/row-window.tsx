import type { Virtualizer } from '@tanstack/react-virtual'
import type { ReactElement, ReactNode } from 'react'

import css from './row-window.module.css'

/**
 * The visible rows of a long table, moved to their position in its full height. Only their container has an inline
 * style. Rows with inline styles would prevent the browser from reusing the computed styles of their cells, and fast
 * scrolling would stutter.
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
    <div
      className={rows.isScrolling ? `${css.window} ${css.scrolling}` : css.window}
      style={{ height: rows.getTotalSize() }}
    >
      <div role="rowgroup" style={{ transform: `translateY(${start}px)` }}>
        {children}
      </div>
    </div>
  )
}
