import { useEffect, useState } from 'react'
import type { ReactElement } from 'react'

import { OPEN_SHORTCUTS_EVENT, isTyping, OPEN_PALETTE_EVENT } from '../shortcuts.ts'
import { Palette } from './palette.tsx'
import { ShortcutList } from './shortcut-list.tsx'

/** Handles the shortcuts of every page, and shows the command palette and the list of shortcuts. */
export function Keys(): ReactElement {
  const [shown, setShown] = useState<'palette' | 'shortcuts' | undefined>()

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault()
        setShown('palette')
        return
      }

      if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return
      if (event.key === '?') setShown('shortcuts')
      if (event.key === '/') {
        const filter = document.querySelector<HTMLInputElement>('[data-filter]')
        if (!filter) return
        event.preventDefault()
        filter.focus()
      }
    }

    const showPalette = (): void => setShown('palette')
    const showShortcuts = (): void => setShown('shortcuts')

    addEventListener('keydown', onKey)
    addEventListener(OPEN_PALETTE_EVENT, showPalette)
    addEventListener(OPEN_SHORTCUTS_EVENT, showShortcuts)

    return () => {
      removeEventListener('keydown', onKey)
      removeEventListener(OPEN_PALETTE_EVENT, showPalette)
      removeEventListener(OPEN_SHORTCUTS_EVENT, showShortcuts)
    }
  }, [])

  if (shown === 'palette') return <Palette onClose={() => setShown(undefined)} />
  if (shown === 'shortcuts') return <ShortcutList onClose={() => setShown(undefined)} />
  return <></>
}
