import { useState } from 'react'
import type { ReactElement } from 'react'

import type { RunDetailView } from '../../../../../src/contract/run.ts'
import { paths, runName } from '../../../paths.ts'
import { t } from '../../../texts/texts.ts'
import { ConfirmDialog } from '../../../ui/confirm-dialog.tsx'
import { Icon } from '../../../ui/icons.tsx'
import { Link } from '../../../ui/link.tsx'
import { InTrash } from '../../runs/in-trash.tsx'
import { AnnotationsEditor } from '../annotations-editor.tsx'
import { abilitiesOf } from './run-abilities.ts'
import css from './run-actions.module.css'
import { useRunActions } from './use-run-actions.ts'

/** Actions that a dialog confirms. `resume` has a dialog for an ended run only; a paused run resumes at once. */
type ConfirmedAction = 'stop' | 'delete' | 'resume'

interface RunActionsProps {
  readonly run: RunDetailView
  readonly project: string
}

/** Buttons for the actions on a run, the least harmful first. A run in the trash has only a button that restores it. */
export function RunActions({ run, project }: RunActionsProps): ReactElement {
  const [confirming, setConfirming] = useState<ConfirmedAction | undefined>()
  const actions = useRunActions(run, project)
  const { act, restore, remove } = actions

  if (run.deletedAt !== null)
    return <InTrash since={run.deletedAt} isBusy={restore.isPending} onRestore={() => restore.mutate(undefined)} />

  return (
    <div className={`name ${css.actions}`}>
      <AnnotationsEditor annotated={run} onSave={actions.annotate} />
      <Link className="btn not-phone" to={paths.compare(project, [run.number])}>
        <Icon name="compare" />
        {t('compare_with')}
      </Link>
      <StartButtons run={run} project={project} act={act} onConfirm={setConfirming} />
      <EndButton run={run} isBusy={act.isPending} onConfirm={setConfirming} />
      {confirming && (
        <ConfirmDialog
          {...confirmationOf(confirming, run)}
          isHarmless={confirming === 'resume'}
          onConfirm={() => (confirming === 'delete' ? remove.mutate(undefined) : act.mutate(confirming))}
          onClose={() => setConfirming(undefined)}
        />
      )}
    </div>
  )
}

/** Buttons that edit the document for a new run, start a new run from it as it is, resume this run, and pause it. */
function StartButtons({
  run,
  project,
  act,
  onConfirm,
}: RunActionsProps & {
  readonly act: ReturnType<typeof useRunActions>['act']
  readonly onConfirm: (action: ConfirmedAction) => void
}): ReactElement {
  const { isEnded, canStart, canResume, canPause } = abilitiesOf(run)

  return (
    <>
      {canStart && (
        <>
          <Link className="btn not-phone" to={paths.create(project, run.number)}>
            <Icon name="code" />
            {t('edit_and_run')}
          </Link>
          <button
            type="button"
            className="btn not-phone"
            disabled={act.isPending}
            onClick={() => act.mutate('restart')}
          >
            <Icon name="retry" />
            {t('run_again')}
          </button>
        </>
      )}
      {canResume && (
        <button
          type="button"
          className="btn not-phone"
          disabled={act.isPending}
          onClick={() => (isEnded ? onConfirm('resume') : act.mutate('resume'))}
        >
          {t('resume')}
        </button>
      )}
      {canPause && (
        <button type="button" className="btn not-phone" disabled={act.isPending} onClick={() => act.mutate('pause')}>
          <Icon name="pause" />
          {t('pause')}
        </button>
      )}
    </>
  )
}

/** A button that stops the run or, once the run has ended, deletes it. */
function EndButton({
  run,
  isBusy,
  onConfirm,
}: {
  readonly run: RunDetailView
  readonly isBusy: boolean
  readonly onConfirm: (action: ConfirmedAction) => void
}): ReactElement {
  const { isEnded, canStop } = abilitiesOf(run)

  return isEnded ? (
    <button type="button" className="btn danger not-phone" onClick={() => onConfirm('delete')}>
      {t('delete')}
    </button>
  ) : (
    <button
      type="button"
      className={`btn danger ${css.stop}`}
      disabled={isBusy || !canStop}
      onClick={() => onConfirm('stop')}
    >
      <Icon name="stop" />
      {t('stop')}
    </button>
  )
}

/** Returns the texts of the dialog that confirms an action. */
function confirmationOf(action: ConfirmedAction, run: RunDetailView): { title: string; text: string; verb: string } {
  if (action === 'resume')
    return { title: t('resume_ended', { number: run.number }), text: t('resume_ended_text'), verb: t('resume') }

  return { title: t(`${action}_runs`, { n: 1 }), text: `${t(`${action}_runs_text`)} ${runName(run)}`, verb: t(action) }
}
