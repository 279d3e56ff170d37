import { useState } from 'react'

import { findLines } from './log-piece.ts'
import type { LogLine } from './log-piece.ts'
import { nextMatch } from './next-match.ts'

/** The loaded lines that contain the searched text, and the current one of them. */
export interface LogMatches {
  readonly search: string
  readonly setSearch: (text: string) => void
  /** Number of loaded lines that contain the text, at most 10,000. */
  readonly count: number
  /** Index of the current line among the matches, and its index among the loaded lines; undefined without a match. */
  readonly at: number
  readonly line: number | undefined
  readonly goTo: (step: 1 | -1) => void
}

/**
 * Searches the loaded lines of a log. Calls `scrollTo` with the index of a line when a person goes to the next or
 * previous match.
 */
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
