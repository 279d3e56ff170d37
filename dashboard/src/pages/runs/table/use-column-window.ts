import { useEffect, useRef, useState } from 'react'
import type { RefObject } from 'react'

import { columnsInSight } from './table-layout.ts'
import type { TableLayout } from './table-layout.ts'

/**
 * Returns the indices in `layout.moving` of the first and the last column to draw. Scrolling renders the table again
 * only when these indices change.
 */
export function useColumnWindow(scroller: RefObject<HTMLElement | null>, layout: TableLayout): [number, number] {
  const [view, setView] = useState({ left: 0, width: innerWidth })
  const range = columnsInSight(layout, view)
  const drawn = useRef(range)
  drawn.current = range

  useEffect(() => {
    const node = scroller.current!

    const measure = (): void => {
      const seen = { left: node.scrollLeft, width: node.clientWidth }
      const [first, last] = columnsInSight(layout, seen)
      if (first !== drawn.current[0] || last !== drawn.current[1]) setView(seen)
    }

    measure()
    const resize = new ResizeObserver(measure)
    resize.observe(node)
    node.addEventListener('scroll', measure, { passive: true })

    return () => {
      resize.disconnect()
      node.removeEventListener('scroll', measure)
    }
  }, [scroller, layout])

  return range
}
