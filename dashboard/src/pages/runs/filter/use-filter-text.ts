import { useEffect, useEffectEvent, useState } from 'react'

const APPLY_AFTER_MS = 120

/**
 * Returns the typed filter and a function that changes it. The filter is applied when typing pauses; a filter that is
 * set elsewhere replaces the typed one.
 */
export function useFilterText(filter: string, onFilter: (filter: string) => void): [string, (text: string) => void] {
  const [text, setText] = useState(filter)
  useEffect(() => setText(filter), [filter])

  // Runs with the properties of the time at which typing pauses.
  const apply = useEffectEvent(() => text !== filter && onFilter(text))

  useEffect(() => {
    const timer = setTimeout(() => apply(), APPLY_AFTER_MS)
    return () => clearTimeout(timer)
  }, [text])

  return [text, setText]
}
