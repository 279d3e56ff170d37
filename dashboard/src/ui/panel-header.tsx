import type { ReactElement, ReactNode } from 'react'

import css from './panel-header.module.css'

/** The head of a panel: its title, a note, and buttons at its right end. */
export function PanelHeader({
  title,
  note,
  acts,
  clips = 'note',
}: {
  readonly title: string
  readonly note?: ReactNode
  readonly acts?: ReactNode
  /** The text that is cut if the space is too narrow for all. */
  readonly clips?: 'title' | 'note'
}): ReactElement {
  return (
    <header className={css.header}>
      <h2 className={clips === 'title' ? 'clip' : ''}>{title}</h2>
      {note !== undefined && <span className={clips === 'note' ? `${css.note} clip` : css.note}>{note}</span>}
      {acts && <span className={css.acts}>{acts}</span>}
    </header>
  )
}
