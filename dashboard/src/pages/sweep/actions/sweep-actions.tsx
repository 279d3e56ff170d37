import { useState } from 'react'
import type { ReactElement } from 'react'

import { isSweepEnded } from '../../../../../src/contract/phases.ts'
import type { SweepView } from '../../../../../src/contract/sweep.ts'
import { call } from '../../../api/client.ts'
import { t } from '../../../texts/texts.ts'
import { ConfirmDialog } from '../../../ui/confirm-dialog.tsx'
import { Icon } from '../../../ui/icons.tsx'
import { AnnotationsEditor } from '../../run/annotations-editor.tsx'
import { InTrash } from '../../runs/in-trash.tsx'
import { AddPoint } from './add-point.tsx'
import { BestFiles } from './best-files.tsx'
import { NumberMenu } from './number-menu.tsx'
import css from './sweep-actions.module.css'
import { confirmationOf } from './sweep-confirmations.ts'
import type { ConfirmedAction } from './sweep-confirmations.ts'
import { useSweepActions } from './use-sweep-actions.ts'

const CONCURRENCY_MAX = 1_000
const FURTHER_TRIALS_MAX = 100_000

/**
 * Buttons for all actions on a sweep, the least harmful first. A sweep in the trash has only a button that restores it.
 */
export function SweepActions({ sweep }: { readonly sweep: SweepView }): ReactElement {
  const [confirming, setConfirming] = useState<ConfirmedAction | undefined>()
  const { change, restart, restartFailed, restore, remove, error } = useSweepActions(sweep)

  if (sweep.deletedAt !== null)
    return <InTrash since={sweep.deletedAt} isBusy={restore.isPending} onRestore={() => restore.mutate(undefined)} />

  const failedCount = sweep.counts.failed ?? 0

  const act: Record<ConfirmedAction, () => void> = {
    stop: () => change.mutate({ type: 'stop' }),
    delete: () => remove.mutate(undefined),
    restart: () => restart.mutate(undefined),
    retry: () => restartFailed.mutate(undefined),
  }

  return (
    <div className={`name ${css.actions}`}>
      {error && (
        <span className="bad small clip" role="alert" title={error.message}>
          {error.message}
        </span>
      )}
      <AnnotationsEditor
        annotated={sweep}
        onSave={(changes) => call('changeSweep', { params: { sweep: sweep.number }, body: changes })}
      />
      <ChangeButtons sweep={sweep} change={change} />
      {failedCount > 0 && (
        <button
          type="button"
          className="btn not-phone"
          disabled={restartFailed.isPending}
          onClick={() => setConfirming('retry')}
        >
          {t('retry_failed', { n: failedCount })}
        </button>
      )}
      {sweep.best && <BestFiles best={sweep.best.number} />}
      <button
        type="button"
        className="btn not-phone"
        disabled={restart.isPending}
        onClick={() => setConfirming('restart')}
      >
        <Icon name="retry" />
        {t('run_again')}
      </button>
      <EndButton sweep={sweep} onConfirm={setConfirming} />
      {confirming && (
        <ConfirmDialog
          {...confirmationOf(confirming, sweep)}
          onConfirm={() => act[confirming]()}
          onClose={() => setConfirming(undefined)}
        />
      )}
    </div>
  )
}

/**
 * Buttons and menus that pause or resume the sweep, change its concurrency, extend it, and add a point to it. A sweep
 * that has ended can only be extended and get points.
 */
function ChangeButtons({
  sweep,
  change,
}: {
  readonly sweep: SweepView
  readonly change: ReturnType<typeof useSweepActions>['change']
}): ReactElement {
  return (
    <>
      {!isSweepEnded(sweep.phase) && (
        <>
          <button
            type="button"
            className="btn"
            disabled={change.isPending || sweep.phase === 'stopping'}
            onClick={() => change.mutate({ type: sweep.isPaused ? 'resume' : 'pause' })}
          >
            <Icon name={sweep.isPaused ? 'right' : 'pause'} />
            {t(sweep.isPaused ? 'resume' : 'pause')}
          </button>
          <NumberMenu
            label={t('concurrency')}
            shown={sweep.concurrency}
            verb={t('save')}
            max={CONCURRENCY_MAX}
            onSave={(concurrency) => change.mutate({ type: 'concurrency', concurrency })}
          />
        </>
      )}
      <NumberMenu
        label={t('extend')}
        verb={t('extend')}
        max={FURTHER_TRIALS_MAX}
        onSave={(trials) => change.mutate({ type: 'extend', trials })}
      />
      <AddPoint sweep={sweep} onAdd={(point) => change.mutate({ type: 'addPoint', point })} />
    </>
  )
}

/** A button that stops the sweep or, once the sweep has ended, deletes it. */
function EndButton({
  sweep: { phase },
  onConfirm,
}: {
  readonly sweep: SweepView
  readonly onConfirm: (action: ConfirmedAction) => void
}): ReactElement {
  const isOpen = !isSweepEnded(phase)

  return (
    <button
      type="button"
      className="btn danger"
      disabled={phase === 'stopping'}
      onClick={() => onConfirm(isOpen ? 'stop' : 'delete')}
    >
      <Icon name={isOpen ? 'stop' : 'cross'} />
      {t(isOpen ? 'stop_keep_best' : 'delete')}
    </button>
  )
}
