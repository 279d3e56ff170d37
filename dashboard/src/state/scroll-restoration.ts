import { useEffect, useLayoutEffect } from 'react'
import type { RefObject } from 'react'

import { isGoingBack } from './location.ts'

/** Last scroll position of the box, in pixels, by address of the page. */
const scrollTops = new Map<string, number>()

/**
 * Records how far a box is scrolled at each address, and restores the position after the browser's Back or Forward.
 * `isFilled`: the content of the box is loaded.
 */
export function useScrollRestoration(box: RefObject<HTMLElement | null>, isFilled: boolean): void {
  useLayoutEffect(() => {
    const top = scrollTops.get(location.href)
    if (isFilled && top !== undefined && isGoingBack()) box.current!.scrollTop = top
  }, [box, isFilled])
  useEffect(() => {
    const node = box.current!
    const keep = (): void => void scrollTops.set(location.href, node.scrollTop)
    node.addEventListener('scroll', keep, { passive: true })
    return () => node.removeEventListener('scroll', keep)
  }, [box])
}
