import { useRef, useState } from 'react'
import type { PointerEvent } from 'react'

import { nextPicked } from './next-place.ts'
import type { Placed } from './next-place.ts'

/** The picked item of a chart, and functions that handle the pointer and keys. */
export interface Picking<T> {
  /** The drawn items with their positions. The chart fills this list each time it draws. */
  readonly placed: Placed<T>[]
  /** The picked item and its position; undefined if none is picked. */
  readonly picked: Placed<T> | undefined
  readonly onPointer: (event: PointerEvent<HTMLElement>) => void
  /**
   * Handles a key press: arrow keys pick the next or previous item, Home and End the first and last, Enter opens the
   * picked item, Escape picks none. Returns false for other keys.
   */
  readonly handleKey: (key: string) => boolean
}

/**
 * Keeps which of the drawn items of a chart is picked, with the pointer or with keys. A click or Enter calls `onOpen`.
 */
export function usePicking<T>(onOpen: (item: T) => void): Picking<T> {
  const placed = useRef<Placed<T>[]>([])
  const [picked, setPicked] = useState<Placed<T> | undefined>()

  return {
    placed: placed.current,
    picked,
    onPointer: (event) => {
      const found = pointedAt(placed.current, event)
      if (event.type === 'pointerup' && found) onOpen(found.item)
      if (found?.item !== picked?.item) setPicked(found)
    },
    handleKey: (key) => {
      if (key === 'Enter' && picked) onOpen(picked.item)
      else if (key === 'Escape' && picked) setPicked(undefined)
      else {
        const next = nextPicked(placed.current, picked, key)
        if (!next) return false
        setPicked(next)
      }
      return true
    },
  }
}

const NEAR_PX = 11

/** Returns the item nearest to the pointer; undefined where none is within 11 px, or the pointer has left. */
export function pointedAt<T extends { readonly x: number; readonly y: number }>(
  placed: readonly T[],
  event: PointerEvent<HTMLElement>,
): T | undefined {
  const { offsetX, offsetY } = event.nativeEvent
  const distance = ({ x, y }: T): number => Math.hypot(x - offsetX, y - offsetY)
  const [first] = placed
  if (event.type === 'pointerleave' || !first) return undefined
  const nearest = placed.reduce((best, one) => (distance(one) < distance(best) ? one : best), first)
  return distance(nearest) < NEAR_PX ? nearest : undefined
}
