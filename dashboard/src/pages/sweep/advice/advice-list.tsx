import type { ReactElement } from 'react'

import type { SweepInsightView, SweepView } from '../../../../../src/contract/sweep.ts'
import { assertNever } from '../../../../../src/core/assert.ts'
import { formatDuration } from '../../../format.ts'
import { t } from '../../../texts/texts.ts'
import { Link } from '../../../ui/link.tsx'
import { Notice } from '../../../ui/notice.tsx'
import css from './advice-list.module.css'
import { adviceOf, failedTrialsPath } from './advice.ts'
import type { Advice } from './advice.ts'
import { FailureCauses } from './failure-causes.tsx'
import { WidenButton } from './widen-button.tsx'

/**
 * A box for each piece of advice: best values at a bound of the search space, failed trials, and time saved by ending
 * trials early. Null without advice.
 */
export function AdviceList({
  sweep,
  insights,
}: {
  readonly sweep: SweepView
  readonly insights: SweepInsightView
}): ReactElement | null {
  const advice = adviceOf(sweep, insights)
  if (advice.length === 0) return null

  return (
    <div className={css.list}>
      {advice.map((one) => (
        <AdviceNotice key={one.kind === 'border' ? `border ${one.border.name}` : one.kind} advice={one} sweep={sweep} />
      ))}
    </div>
  )
}

function AdviceNotice({ advice, sweep }: { readonly advice: Advice; readonly sweep: SweepView }): ReactElement {
  switch (advice.kind) {
    case 'border': {
      const { name, side, wider } = advice.border
      return (
        <Notice kind="advice" title={t('best_at_border')}>
          <p>{t(side === 'low' ? 'border_low' : 'border_high', { name })}</p>
          {wider && <WidenButton sweep={sweep} name={name} side={side} wider={wider} />}
        </Notice>
      )
    }
    case 'failed':
      return (
        <Notice kind="error" title={t('trials_failed', { n: advice.count })}>
          <FailureCauses sweep={sweep.number} />
          <p>
            <Link to={failedTrialsPath(sweep)}>{t('see_failed')}</Link>
          </p>
        </Notice>
      )
    case 'saved':
      return (
        <Notice kind="advice" title={t('saved_time', { time: formatDuration(advice.seconds) })}>
          <p>{t('saved_by', { n: advice.trials })}</p>
        </Notice>
      )
    default:
      return assertNever(advice)
  }
}
