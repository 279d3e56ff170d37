import type { ReactElement } from 'react'

import { useRunPage } from '../../../api/runs.ts'
import { t } from '../../../texts/texts.ts'
import { groupByCause } from '../../home/causes.ts'
import css from './failure-causes.module.css'

const CAUSES_SHOWN = 3
const FAILURES_READ_MAX = 200

/**
 * The three most frequent causes of the failed trials of a sweep, with the number of trials. Reads at most 200 trials.
 */
export function FailureCauses({ sweep }: { readonly sweep: number }): ReactElement | null {
  const { data } = useRunPage({ sweep, filter: 'phase = failed', limit: FAILURES_READ_MAX, fields: 'number' })
  const causes = groupByCause(data?.runs ?? []).toSorted((a, b) => b.runs.length - a.runs.length)
  if (causes.length === 0) return null

  return (
    <ul className={css.causes}>
      {causes.slice(0, CAUSES_SHOWN).map(({ text, runs }) => (
        <li key={text}>
          <b className="strong num">{runs.length}</b> <span className="mono clip">{text}</span>
        </li>
      ))}
      {causes.length > CAUSES_SHOWN && (
        <li className="dim small">{t('and_more', { n: causes.length - CAUSES_SHOWN })}</li>
      )}
    </ul>
  )
}
