import { useVirtualizer } from '@tanstack/react-virtual'
import type { Virtualizer } from '@tanstack/react-virtual'
import { useEffect, useEffectEvent, useRef, useState } from 'react'
import type { RefObject } from 'react'

import type { LogLine } from './log-piece.ts'
import type { Log } from './use-log.ts'

const LINE_PX = 19
/** Distance from the end, in pixels, within which the view counts as scrolled to the end. */
const END_PX = 40
/** Distance from the first loaded line, in pixels, within which earlier lines are read. */
const START_PX = 400

/** The scrolled view of the lines of a log. */
export interface LogScroll {
  readonly scroller: RefObject<HTMLDivElement | null>
  readonly rows: Virtualizer<HTMLDivElement, Element>
  /** Whether the view stays at the end of the log as lines are added. */
  readonly isFollowing: boolean
  readonly toggleFollowing: () => void
  /** Scrolls to a line by its index among the loaded lines, and stops following. */
  readonly scrollTo: (index: number) => void
  /** Scrolls to the line at a byte offset, and stops following. Does nothing if the line is not loaded. */
  readonly scrollToByte: (byte: number) => void
  readonly handleScroll: () => void
}

/**
 * Scrolls a log: to its end while following, to the line at the byte `target` of the address, and to any line on
 * request.
 */
export function useLogScroll(log: Log, lines: readonly LogLine[], target: number | null): LogScroll {
  const scroller = useRef<HTMLDivElement>(null)
  const [isFollowing, setFollowing] = useState(target === null)

  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_PX,
    overscan: 30,
    getItemKey: (i) => lines[i]!.offset,
  })

  /** Byte offset of the line that was jumped to last. */
  const jumpedTo = useRef<number>(undefined)
  const lastLine = lines.at(-1)?.offset
  const start = log.piece?.start ?? 0

  useEffect(() => {
    // While a jump to the line in the address is pending, the view does not follow the end. Otherwise either of the two
    // positions might be scrolled to last.
    const isJumpPending = target !== null && jumpedTo.current !== target
    if (isFollowing && !isJumpPending && lines.length > 0) rows.scrollToIndex(lines.length - 1, { align: 'end' })
  }, [isFollowing, target, lastLine, rows, lines.length])

  const scrollTo = (index: number): void => {
    setFollowing(false)
    rows.scrollToIndex(index, { align: 'center' })
  }

  const scrollToByte = (byte: number): void => {
    const index = lines.findIndex(({ offset }) => offset >= byte)
    if (index < 0) return
    jumpedTo.current = byte
    scrollTo(index)
  }
  const jumpTo = useEffectEvent(scrollToByte)

  useEffect(() => {
    if (target !== null && jumpedTo.current !== target && target >= start) jumpTo(target)
  }, [target, lines, start])

  const toggleFollowing = (): void => {
    // Marks a pending jump to the line in the address as done, because the jump would stop the following.
    jumpedTo.current = target ?? undefined
    setFollowing(!isFollowing)
  }

  const handleScroll = (): void => {
    const node = scroller.current!
    const isAtEnd = node.scrollHeight - node.scrollTop - node.clientHeight < END_PX
    if (isFollowing !== isAtEnd) setFollowing(isAtEnd)
    if (node.scrollTop < START_PX && start > 0)
      void log.readEarlier().then((count) => count > 0 && (node.scrollTop += count * LINE_PX))
  }

  return { scroller, rows, isFollowing, toggleFollowing, scrollTo, scrollToByte, handleScroll }
}
