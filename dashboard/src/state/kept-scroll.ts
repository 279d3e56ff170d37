import { useEffect, useLayoutEffect } from 'react'
import type { RefObject } from 'react'

import { isGoingBack } from './location.ts'

/** How far down each address was scrolled when it was left. */
const places = new Map<string, number>()

/** Keeps how far a box is scrolled, by the address of the page: whoever goes back finds it as it was. `isFilled`: there is something to scroll. */
export function useKeptScroll(box: RefObject<HTMLElement | null>, isFilled: boolean): void {
  useLayoutEffect(() => {
    const top = places.get(location.href)
    if (isFilled && top !== undefined && isGoingBack()) box.current!.scrollTop = top
  }, [box, isFilled])
  useEffect(() => {
    const node = box.current!
    const keep = (): void => void places.set(location.href, node.scrollTop)
    node.addEventListener('scroll', keep, { passive: true })
    return () => node.removeEventListener('scroll', keep)
  }, [box])
}
