import type { ReactElement } from 'react'

import type { AnswerOf } from '../../../../../src/contract/routes/all.ts'
import { t } from '../../../texts/texts.ts'
import css from './completion-list.module.css'

/**
 * The suggestions below the text field of the filter. A suggestion that the server has counted shows the number of runs
 * that have its field or value.
 */
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
            // Prevents the click from moving the focus out of the text field.
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
