import type { ReactElement, ReactNode } from 'react'

import { t } from '../../texts/texts.ts'
import css from './block.module.css'

/** A section of the start page with a heading. */
export function Block({
  title,
  note,
  link,
  children,
}: {
  readonly title: string
  /** How many entries there are, beside the title. */
  readonly note?: string
  /** A link at the right end of the heading. */
  readonly link?: ReactElement
  readonly children: ReactNode
}): ReactElement {
  return (
    <section>
      <h2 className={css.heading}>
        {title}
        {note !== undefined && <span className={css.note}>{note}</span>}
        {link}
      </h2>
      {children}
    </section>
  )
}

/** In place of the entries where there are none. */
export function NoEntries({ text }: { readonly text: string }): ReactElement {
  return <p className="none">{text}</p>
}

/** The number of entries that are not shown. */
export function HiddenCount({ n }: { readonly n: number }): ReactElement | null {
  return n > 0 ? <p className="dim small">{t('and_more', { n })}</p> : null
}
