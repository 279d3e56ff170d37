import { useRef, useState } from 'react'
import type { PointerEvent } from 'react'

import { pointedAt } from './axes.ts'
import { nextPlace } from './next-place.ts'
import type { Placed } from './next-place.ts'

export interface Picking<T> {
  /** Filled anew with each drawing. */
  readonly placed: Placed<T>[]
  /** The picked item. */
  readonly picked: Placed<T> | undefined
  readonly onPointer: (event: PointerEvent<HTMLElement>) => void
  /** Arrows go from one to the next, Enter opens, Escape lets go. False for other keys. */
  readonly onKey: (key: string) => boolean
}

/** Picks one of what a chart draws, with a pointer or with keys. */
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
    onKey: (key) => {
      if (key === 'Enter' && picked) onOpen(picked.item)
      else if (key === 'Escape' && picked) setPicked(undefined)
      else {
        const next = nextPlace(placed.current, picked, key)
        if (!next) return false
        setPicked(next)
      }
      return true
    },
  }
}
