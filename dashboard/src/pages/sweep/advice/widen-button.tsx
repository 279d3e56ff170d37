import { useState } from 'react'
import type { ReactElement } from 'react'

import type { SweepView } from '../../../../../src/contract/sweep.ts'
import { useAction } from '../../../api/action.ts'
import { call } from '../../../api/client.ts'
import { formatNumber } from '../../../format.ts'
import { paths } from '../../../paths.ts'
import { navigate } from '../../../state/location.ts'
import { t } from '../../../texts/texts.ts'
import { ConfirmDialog } from '../../../ui/confirm-dialog.tsx'
import { widerDocument } from './advice.ts'
import type { Border } from './advice.ts'

/** A button that starts a new sweep, from the same document but with a wider range of one parameter. */
export function WidenButton({
  sweep,
  name,
  side,
  wider,
}: {
  readonly sweep: SweepView
  readonly name: string
  readonly side: Border['side']
  readonly wider: NonNullable<Border['wider']>
}): ReactElement {
  const [isConfirming, setConfirming] = useState(false)
  const end = formatNumber(wider.values[side === 'low' ? 0 : 1])

  const restart = useAction(
    () =>
      call('restartSweep', {
        params: { sweep: sweep.number },
        body: { sources: [{ file: 'wider.yml', text: widerDocument(name, wider) }] },
      }),
    (created) => navigate(paths.sweep(sweep.project, created.number)),
  )

  return (
    <div className="buttons">
      <button type="button" className="btn" disabled={restart.isPending} onClick={() => setConfirming(true)}>
        {t('widen_to', { end })}
      </button>
      {isConfirming && (
        <ConfirmDialog
          title={t('widen_sweep', { name, end })}
          text={t('restart_sweep_text', { n: sweep.trials ?? '∞', concurrency: sweep.concurrency })}
          verb={t('start')}
          isHarmless
          onConfirm={() => restart.mutate(undefined)}
          onClose={() => setConfirming(false)}
        />
      )}
    </div>
  )
}
