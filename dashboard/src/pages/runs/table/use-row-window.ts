import { useVirtualizer } from '@tanstack/react-virtual'
import type { Virtualizer } from '@tanstack/react-virtual'
import { useEffect, useEffectEvent } from 'react'
import type { RefObject } from 'react'

const OVERSCAN = 6
/** Number of loaded rows below the visible ones at which scrolling loads further rows. */
const AHEAD_ROWS = 100

/**
 * Returns the rows in sight. Calls `onMore` when few loaded rows are left below them and `canLoadMore` is true: more
 * rows exist and none are being loaded.
 */
export function useRowWindow(
  scroller: RefObject<HTMLDivElement | null>,
  {
    count,
    height,
    canLoadMore,
    onMore,
  }: {
    readonly count: number
    readonly height: number
    readonly canLoadMore: boolean
    readonly onMore: () => void
  },
): Virtualizer<HTMLDivElement, Element> {
  const rows = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    overscan: OVERSCAN,
  })

  useEffect(() => rows.measure(), [rows, height])

  const last = rows.getVirtualItems().at(-1)?.index ?? 0
  const isNearEnd = last >= count - (rows.scrollOffset ? AHEAD_ROWS : OVERSCAN)
  const loadMore = useEffectEvent(onMore)

  useEffect(() => {
    if (canLoadMore && isNearEnd) loadMore()
  }, [canLoadMore, isNearEnd, count])

  return rows
}
