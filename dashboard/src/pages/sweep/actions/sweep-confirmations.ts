import type { SweepView } from '../../../../../src/contract/sweep.ts'
import { t } from '../../../texts/texts.ts'
import { countTrials } from '../sweep-counts.ts'

/**
 * Actions on a sweep that a person confirms first. `restart` starts a new sweep from the
 * same document, `retry` runs the failed trials again.
 */
export type ConfirmedAction = 'stop' | 'delete' | 'restart' | 'retry'

/** Texts of the dialog that confirms an action. */
export interface Confirmation {
  readonly title: string
  readonly text: string
  readonly verb: string
  readonly isHarmless: boolean
}

/** Returns the texts of the dialog that confirms an action, with the number of runs that it affects. */
export function confirmationOf(
  action: ConfirmedAction,
  sweep: Pick<SweepView, 'trials' | 'counts' | 'concurrency'>,
): Confirmation {
  const { trials, counts, concurrency } = sweep
  const [trialCount, failedCount] = [countTrials(sweep), counts.failed ?? 0]

  return {
    stop: {
      title: t('stop_sweep'),
      text: t('stop_sweep_text', { n: trialCount }),
      verb: t('stop'),
      isHarmless: false,
    },
    delete: {
      title: t('delete_sweep'),
      text: t('delete_sweep_text', { n: trialCount }),
      verb: t('delete'),
      isHarmless: false,
    },
    restart: {
      title: t('restart_sweep'),
      text: t('restart_sweep_text', { n: trials ?? '∞', concurrency }),
      verb: t('run_again'),
      isHarmless: true,
    },
    retry: {
      title: t('retry_failed', { n: failedCount }),
      text: t('retry_failed_text', { n: failedCount }),
      verb: t('run_again'),
      isHarmless: true,
    },
  }[action]
}
