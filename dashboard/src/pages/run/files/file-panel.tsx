import type { ReactElement, ReactNode } from 'react'

import { PanelHeader } from '../../../ui/panel-header.tsx'

/** The chosen file: its name with a note and buttons, and its content. */
export function FilePanel({
  name,
  note,
  acts,
  children,
}: {
  readonly name: string
  readonly note: string
  readonly acts?: ReactElement
  readonly children: ReactNode
}): ReactElement {
  return (
    <section className="panel" aria-label={name}>
      <PanelHeader title={name} note={note} acts={acts} clips="title" />
      {children}
    </section>
  )
}
