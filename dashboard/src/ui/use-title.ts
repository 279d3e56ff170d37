import { useEffect } from 'react'

/** Sets the title of the browser's tab to the parts, joined by ` · `, and the name Hagane. */
export function useTitle(...parts: readonly string[]): void {
  const text = [...parts, 'Hagane'].join(' · ')
  useEffect(() => {
    document.title = text
  }, [text])
}
