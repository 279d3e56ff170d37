import { useState } from 'react'

/** An edited text that survives leaving the page. */
export interface Draft {
  readonly text: string
  readonly setText: (text: string) => void
  /** Whether the text was typed on an earlier visit of the page and never submitted. */
  readonly isRestored: boolean
  /** Changes when the text is reset, so that the editor is created again. */
  readonly version: number
  /** Resets the text to the original document. */
  readonly reset: () => void
  /** Removes the stored draft. */
  readonly remove: () => void
}

/**
 * Keeps an edited text in the session storage, so that it survives leaving the page. It is removed when it is submitted
 * or the browser tab is closed.
 */
export function useDraft(name: string, original: string): Draft {
  const key = `hagane.draft ${name}`
  const [stored] = useState(() => sessionStorage.getItem(key))
  const [text, setTextState] = useState(stored ?? original)
  const [version, setVersion] = useState(0)

  const setText = (next: string): void => {
    setTextState(next)
    if (next === original) sessionStorage.removeItem(key)
    else sessionStorage.setItem(key, next)
  }

  return {
    text,
    setText,
    isRestored: stored !== null && version === 0,
    version,
    reset: () => {
      setText(original)
      setVersion(version + 1)
    },
    remove: () => sessionStorage.removeItem(key),
  }
}
