import { useEffect, useEffectEvent, useState } from 'react'

const APPLY_AFTER_MS = 120

/**
 * Returns the typed text of the filter and a function that changes it. 120 ms after the last change, `onFilter`
 * receives the text. A new `filter` from elsewhere replaces the text.
 */
export function useFilterText(filter: string, onFilter: (filter: string) => void): [string, (text: string) => void] {
  const [text, setText] = useState(filter)
  useEffect(() => setText(filter), [filter])

  // An effect event compares the text with the current `filter`, not with the `filter` when the timer was set.
  const apply = useEffectEvent(() => text !== filter && onFilter(text))

  useEffect(() => {
    const timer = setTimeout(() => apply(), APPLY_AFTER_MS)
    return () => clearTimeout(timer)
  }, [text])

  return [text, setText]
}
