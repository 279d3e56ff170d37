import { useEffect, useState } from 'react'

const FRAMES = 6
const LATEST_MS = 500

/** Whether the page has come to rest once since something was there: it is on the screen, and nothing waits to be done. */
export function useRest(isThere: boolean): boolean {
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
