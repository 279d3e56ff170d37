import type { ReactElement, ReactNode } from 'react'

import { CopyButton } from './copy-button.tsx'
import css from './empty.module.css'

/** A text in place of an empty list, with an explanation and optionally a command that makes the first item. */
export function Empty({
  title,
  text,
  command,
  children,
}: {
  readonly title: string
  readonly text: string
  readonly command?: string
  readonly children?: ReactNode
}): ReactElement {
  return (
    <section className={css.empty}>
      <h2>{title}</h2>
      <p>{text}</p>
      {command && (
        <div className={`code ${css.command}`}>
          <span className="grow">{command}</span>
          <CopyButton text={command} />
        </div>
      )}
      {children}
    </section>
  )
}
