import { useCallback, useEffect, useRef, useState } from 'react'
import type { ReactElement, ReactNode } from 'react'

/** So far below the window something counts as in sight: it is there when somebody scrolls to it. */
const AHEAD = '600px'

/** Names that have been in sight once, and how to add one; several at once are one change. */
export function useSeen(): [ReadonlySet<string>, (name: string) => void] {
  const [seen, setSeen] = useState<ReadonlySet<string>>(new Set())
  const see = useCallback((name: string) => setSeen((known) => (known.has(name) ? known : new Set([...known, name]))), [])
  return [seen, see]
}

/** Says when it comes into sight, and draws what is in it from then on; its place is kept until then. */
export function InSight({
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
    <div ref={holder} className={isSeen ? 'insight' : 'insight unseen'}>
      {isSeen && children}
    </div>
  )
}
