import { useEffect, useEffectEvent, useRef, useState } from 'react'

import { matchingCommands } from './commands.ts'
import { findEntries } from './find-entries.tsx'
import type { PaletteEntry } from './palette-entry.ts'

const SEARCH_AFTER_MS = 150

/** The state of the command palette. */
export interface PaletteState {
  readonly text: string
  readonly entries: readonly PaletteEntry[]
  /** Index of the highlighted entry. */
  readonly chosen: number
  readonly setText: (text: string) => void
  readonly choose: (index: number) => void
  readonly act: (entry: PaletteEntry | undefined) => void
  /** Handles an arrow key or Enter. Returns false for other keys. */
  readonly handleKey: (key: string) => boolean
}

/**
 * Keeps the state of the command palette, and searches 150 ms after the last change of its text. Calls `onClose` before
 * the action of an entry.
 */
export function usePalette(onClose: () => void): PaletteState {
  const [text, setText] = useState('')
  const [found, setFound] = useState<{ readonly text: string; readonly entries: readonly PaletteEntry[] }>({
    text: '',
    entries: [],
  })
  const [index, setIndex] = useState(0)

  // Whether Enter was pressed before the results for the current text arrived. The first result is then opened as soon
  // as it arrives; the entries shown until then belong to an earlier text.
  const opensFirstResult = useRef(false)

  const act = (entry: PaletteEntry | undefined): void => {
    if (!entry) return
    onClose()
    entry.act()
  }

  const actOnAnswer = useEffectEvent(act)

  useEffect(() => {
    const controller = new AbortController()
    const timer = setTimeout(() => {
      void findEntries(text, controller.signal).then(
        (entries) => {
          setFound({ text, entries })
          if (opensFirstResult.current) actOnAnswer([...entries, ...matchingCommands(text)][0])
        },
        () => !controller.signal.aborted && setFound({ text, entries: [] }),
      )
    }, SEARCH_AFTER_MS)

    return () => {
      clearTimeout(timer)
      controller.abort()
    }
  }, [text])

  const entries = [...found.entries, ...matchingCommands(text)]
  const chosen = Math.min(index, Math.max(0, entries.length - 1))

  return {
    text,
    entries,
    chosen,
    act,
    choose: setIndex,
    setText: (next) => {
      setText(next)
      setIndex(0)
      opensFirstResult.current = false
    },
    handleKey: (key) => {
      if (key === 'ArrowDown') setIndex(Math.min(entries.length - 1, chosen + 1))
      else if (key === 'ArrowUp') setIndex(Math.max(0, chosen - 1))
      else if (key === 'Enter' && found.text === text) act(entries[chosen])
      else if (key === 'Enter') opensFirstResult.current = true
      else return false
      return true
    },
  }
}
