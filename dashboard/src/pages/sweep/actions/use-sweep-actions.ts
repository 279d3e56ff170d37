import type { SweepView } from '../../../../../src/contract/sweep.ts'
import { assertNever } from '../../../../../src/core/assert.ts'
import { useAction } from '../../../api/action.ts'
import { call } from '../../../api/client.ts'
import { paths } from '../../../paths.ts'
import { navigate } from '../../../state/location.ts'
import { t } from '../../../texts/texts.ts'
import { toast } from '../../../ui/toasts.ts'

/** Options of actions whose error is shown beside the buttons instead of in a toast. */
const SHOWS_ERROR = { showsError: true }

/** A change of a sweep, with the values for its request. `trials` of `extend` is the number of further trials. */
export type SweepChange =
  | { readonly type: 'pause' | 'resume' | 'stop' }
  | { readonly type: 'concurrency'; readonly concurrency: number }
  | { readonly type: 'extend'; readonly trials: number }
  | { readonly type: 'addPoint'; readonly point: Record<string, unknown> }

/**
 * Returns the actions on a sweep. `error` is the error of a change or restart, which the caller shows. Errors of the
 * other actions are shown in toasts.
 */
export function useSweepActions({ number, project }: Pick<SweepView, 'number' | 'project'>) {
  const params = { sweep: number }

  const change = useAction((wanted: SweepChange) => sendChange(number, wanted), undefined, SHOWS_ERROR)

  const restart = useAction(
    () => call('restartSweep', { params, body: {} }),
    (created) => navigate(paths.sweep(project, created.number)),
    SHOWS_ERROR,
  )

  const restartFailed = useAction(
    () => call('restartFailed', { params, body: {} }),
    ({ changed }) => toast(t('restarted', { n: changed })),
    SHOWS_ERROR,
  )

  const restore = useAction(
    () => call('restoreSweep', { params }),
    () => toast(t('sweep_restored')),
  )

  const remove = useAction(
    () => call('deleteSweep', { params }),
    () => {
      toast(t('sweep_deleted'), () => restore.mutate(undefined))
      navigate(paths.sweeps(project))
    },
  )

  return {
    change,
    restart,
    restartFailed,
    restore,
    remove,
    error: change.error ?? restart.error ?? restartFailed.error,
  }
}

function sendChange(sweep: number, change: SweepChange): Promise<unknown> {
  const params = { sweep }

  switch (change.type) {
    case 'pause':
      return call('pauseSweep', { params, body: {} })
    case 'resume':
      return call('resumeSweep', { params })
    case 'stop':
      return call('stopSweep', { params })
    case 'concurrency':
      return call('changeSweep', { params, body: { concurrency: change.concurrency } })
    case 'extend':
      return call('extendSweep', { params, body: { trials: change.trials } })
    case 'addPoint':
      return call('addPoint', { params, body: { params: change.point } })
    default:
      return assertNever(change)
  }
}
