import type { ReactElement } from 'react'

/** An entry of the command palette. `group` is shown at its right end; `act` is called when the entry is chosen. */
export interface PaletteEntry {
  readonly key: string
  readonly text: string
  readonly group: string
  readonly act: () => void
  readonly icon?: ReactElement
}
