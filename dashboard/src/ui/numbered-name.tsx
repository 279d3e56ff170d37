import type { ReactElement } from 'react'

/** A name on one line. Where it is too long its words are cut, and a number at its end (`departments #42`) stays whole. */
export function NumberedName({ text }: { readonly text: string }): ReactElement {
  const [, words, number] = /^(.+)( #\d+)$/s.exec(text) ?? []
  if (words === undefined) return <span className="clip">{text}</span>
  return (
    <span className="numbered">
      <span className="clip">{words}</span>
      <span>{number}</span>
    </span>
  )
}
