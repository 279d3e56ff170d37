import type { ReactElement } from 'react'

import { kindOfLine } from './diff-lines.ts'
import css from './diff.module.css'

/** A unified diff, with added and removed lines coloured. */
export function Diff({ text }: { readonly text: string }): ReactElement {
  return (
    <div className={css.diff}>
      {text.split('\n').map((line, i) => (
        // The index is the only key that a line has.
        <div key={i} className={css[kindOfLine(line)]}>
          {line === '' ? ' ' : line}
        </div>
      ))}
    </div>
  )
}
