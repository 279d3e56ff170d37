import { useEffect } from 'react'

/** Sets the title of the browser's tab while a page is shown. */
export function useTitle(...parts: readonly string[]): void {
  const text = [...parts, 'Hagane'].join(' · ')
  useEffect(() => {
    document.title = text
  }, [text])
}
