import type { ReactElement } from 'react'

/** A line of the command palette. */
export interface PaletteEntry {
  readonly key: string
  readonly text: string
  readonly group: string
  readonly act: () => void
  readonly icon?: ReactElement
}
