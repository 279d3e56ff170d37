import { useState } from 'react'

/** The text in an editor. The browser keeps an edited text when a person leaves the page. */
export interface Draft {
  readonly text: string
  readonly setText: (text: string) => void
  /** Whether the text was typed on an earlier visit of the page and never submitted. */
  readonly isRestored: boolean
  /** A number that changes when the text is reset, so that the editor is created again. */
  readonly version: number
  /** Resets the text to the original document. */
  readonly reset: () => void
  /** Removes the stored draft. */
  readonly remove: () => void
}

/**
 * Keeps an edited text in the session storage of the browser under a name, so that the text is restored on the next
 * visit of the page. The stored text is removed when the caller calls `remove` or the browser tab is closed.
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
