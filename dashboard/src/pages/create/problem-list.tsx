import type { ReactElement } from 'react'

import type { CheckView } from '../../../../src/contract/routes/submissions.ts'
import { t } from '../../texts/texts.ts'
import { sortByPosition } from './check-problems.ts'
import css from './problem-list.module.css'

/** The errors of a document, then its warnings, each with a button that moves to its line. */
export function ProblemList({
  check: { errors, warnings },
  onGo,
}: {
  readonly check: Pick<CheckView, 'errors' | 'warnings'>
  readonly onGo: (place: { readonly line: number; readonly column: number }) => void
}): ReactElement {
  if (errors.length + warnings.length === 0) return <p role="status">{t('nothing_wrong')}</p>

  return (
    <ul className={css.problems} role="status">
      {[...sortByPosition(errors), ...sortByPosition(warnings)].map((one, i) => (
        <li key={`${one.code} ${one.line} ${one.column}`} className={i < errors.length ? 'bad' : ''}>
          <button type="button" className="btn bare" onClick={() => onGo(one)}>
            {t('line_n', { n: one.line })}
          </button>
          <div>
            <b className="strong">{one.message}</b>
            <div className="mid">{one.remedy}</div>
            <div className="dim small mono">{one.path}</div>
          </div>
        </li>
      ))}
    </ul>
  )
}
