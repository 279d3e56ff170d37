import type { ReactElement } from 'react'

import css from './numbered-name.module.css'

/** A name on one line. A name that is too long is cut, except for a number at its end (`departments #42`). */
export function NumberedName({ text }: { readonly text: string }): ReactElement {
  const [, words, number] = /^(.+)( #\d+)$/s.exec(text) ?? []
  if (words === undefined) return <span className="clip">{text}</span>
  return (
    <span className={css.name}>
      <span className="clip">{words}</span>
      <span>{number}</span>
    </span>
  )
}
