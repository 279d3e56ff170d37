import { useState } from 'react'

import { findLines } from './log-piece.ts'
import type { LogLine } from './log-piece.ts'
import { nextMatch } from './next-match.ts'

/** The lines that contain the searched text, and the one of them that was scrolled to. */
export interface LogMatches {
  readonly search: string
  readonly setSearch: (text: string) => void
  /** Number of lines that contain the text. */
  readonly count: number
  /** Place of the current line among them, from 0, and its index in the log. */
  readonly at: number
  readonly line: number | undefined
  readonly goTo: (step: 1 | -1) => void
}

/** Searches the lines of a log that are read. `scrollTo` is called for a line that the person goes to. */
export function useLogMatches(lines: readonly LogLine[], scrollTo: (index: number) => void): LogMatches {
  const [search, setSearch] = useState('')
  const [at, setAt] = useState(0)
  const matches = findLines(lines, search)

  return {
    search,
    setSearch: (text) => {
      setSearch(text)
      setAt(0)
    },
    count: matches.length,
    at,
    line: matches[at],
    goTo: (step) => {
      const next = nextMatch(at, step, matches.length)
      if (next === undefined) return
      setAt(next)
      scrollTo(matches[next]!)
    },
  }
}
