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
  /** A short text beside the title, such as the number of entries. */
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

/** A text in place of the entries of an empty section. */
export function NoEntries({ text }: { readonly text: string }): ReactElement {
  return <p className="none">{text}</p>
}

/** A line with the number of entries that are not shown; null for 0. */
export function HiddenCount({ n }: { readonly n: number }): ReactElement | null {
  return n > 0 ? <p className="dim small">{t('and_more', { n })}</p> : null
}
