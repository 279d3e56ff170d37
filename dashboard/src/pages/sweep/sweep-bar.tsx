import type { ReactElement } from 'react'

import type { SweepView } from '../../../../src/contract/sweep.ts'
import { t } from '../../texts/texts.ts'
import css from './sweep-bar.module.css'
import { barPartsOf, countEnded } from './sweep-counts.ts'

/**
 * A progress bar of a sweep: the shares of its trials by outcome or current state, out of all trials that it will run.
 */
export function SweepBar({ sweep }: { readonly sweep: SweepView }): ReactElement {
  const { trials, concurrency } = sweep

  return (
    <span
      className={css.bar}
      role="img"
      aria-label={t('sweep_line', { done: countEnded(sweep), trials: trials ?? '∞', concurrency })}
    >
      {barPartsOf(sweep).map(({ color, share }) => (
        <i key={color} style={{ width: `${100 * share}%`, background: `var(${color})` }} />
      ))}
    </span>
  )
}
