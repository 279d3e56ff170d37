import { useCallback, useEffect, useRef, useState } from 'react'
import type { ReactElement, ReactNode } from 'react'

import css from './render-when-visible.module.css'

/**
 * Distance around the window within which an element counts as in sight, so
 * that it is loaded before scrolling reaches it.
 */
const AHEAD = '600px'

/** Returns the names of the elements that have been in sight so far, and a function that adds a name. */
export function useSeenNames(): [ReadonlySet<string>, (name: string) => void] {
  const [seen, setSeen] = useState<ReadonlySet<string>>(new Set())
  const see = useCallback(
    (name: string) => setSeen((names) => (names.has(name) ? names : new Set([...names, name]))),
    [],
  )
  return [seen, see]
}

/**
 * Renders `children` from the time at which the element first comes near the window, and then calls `onSee` with
 * `name`. Before, the element is an empty box.
 */
export function RenderWhenVisible({
  name,
  onSee,
  children,
}: {
  readonly name: string
  readonly onSee: (name: string) => void
  readonly children: ReactNode
}): ReactElement {
  const holder = useRef<HTMLDivElement>(null)
  const [isSeen, setSeen] = useState(false)

  useEffect(() => {
    const observer = new IntersectionObserver(
      (entries) => {
        if (!entries.some(({ isIntersecting }) => isIntersecting)) return
        setSeen(true)
        onSee(name)
        observer.disconnect()
      },
      { rootMargin: AHEAD },
    )
    observer.observe(holder.current!)
    return () => observer.disconnect()
  }, [name, onSee])

  return (
    <div ref={holder} className={css.place}>
      {isSeen && children}
    </div>
  )
}
