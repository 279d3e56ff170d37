import { useEffect, useState } from 'react'

/** Number of frames to wait for before the idle callback is requested. */
const FRAMES = 6
/** Longest wait for the idle callback, after the frames. */
const LATEST_MS = 500

/**
 * Whether the browser has been idle since `isThere` became true: six frames were drawn, then an idle callback ran.
 * Stays true from then on.
 */
export function useHasIdled(isThere: boolean): boolean {
  const [isResting, setResting] = useState(false)
  useEffect(() => {
    if (!isThere || isResting) return undefined

    let left = FRAMES
    let frame = requestAnimationFrame(function next() {
      left -= 1
      if (left > 0) frame = requestAnimationFrame(next)
      else idle = requestIdleCallback(() => setResting(true), { timeout: LATEST_MS })
    })

    let idle = 0
    return () => {
      cancelAnimationFrame(frame)
      cancelIdleCallback(idle)
    }
  }, [isThere, isResting])

  return isResting
}
