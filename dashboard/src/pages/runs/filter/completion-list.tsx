import type { ReactElement } from 'react'

import type { AnswerOf } from '../../../../../src/contract/routes/all.ts'
import { t } from '../../../texts/texts.ts'
import css from './completion-list.module.css'

/** The suggestions below the filter, each with the number of runs that it would select, where that is counted. */
export function CompletionList({
  suggestions,
  highlighted,
  onAccept,
}: {
  readonly suggestions: AnswerOf<'completeFilter'>['suggestions']
  /** Index of the highlighted suggestion; -1 for none. */
  readonly highlighted: number
  readonly onAccept: (text: string) => void
}): ReactElement {
  return (
    <ul id="completions" className={`popup ${css.list}`} role="listbox" aria-label={t('filter')}>
      {suggestions.map(({ text, count }, i) => (
        <li
          key={text}
          id={`completion-${i}`}
          role="option"
          aria-selected={i === highlighted}
          onPointerDown={(event) => {
            // Keeps the focus in the text field.
            event.preventDefault()
            onAccept(text)
          }}
        >
          <span className="mono grow">{text}</span>
          {count !== null && <span className="dim small">{count.toLocaleString('en-US')}</span>}
        </li>
      ))}
    </ul>
  )
}
