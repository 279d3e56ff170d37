import type { RunDetailView } from '../../../../../src/contract/run.ts'
import { useAction } from '../../../api/action.ts'
import { call } from '../../../api/client.ts'
import { paths } from '../../../paths.ts'
import { navigate } from '../../../state/location.ts'
import { t } from '../../../texts/texts.ts'
import { toast } from '../../../ui/toasts.ts'
import type { AnnotationChanges } from '../annotations.ts'

type Verb = 'stop' | 'pause' | 'resume' | 'restart'

/**
 * Returns the actions on a run. Each sends its request to the server and, except `annotate`, shows a toast when it is
 * done. An action that makes a new run opens the page of that run.
 */
export function useRunActions({ number }: Pick<RunDetailView, 'number'>, project: string) {
  const params = { run: number }

  const requests = {
    stop: () => call('stopRun', { params }),
    pause: () => call('pauseRun', { params }),
    resume: () => call('resumeRun', { params, body: {} }),
    restart: () => call('restartRun', { params, body: {} }),
  } satisfies Record<Verb, () => Promise<unknown>>

  const act = useAction(
    async (verb: Verb) => await requests[verb](),
    (answer, verb) => {
      const isNew = 'number' in answer && answer.number !== number
      toast(isNew ? t('started_n', { number: answer.number }) : t(`done_${verb}`))
      if (isNew) navigate(paths.run(project, answer.number))
    },
  )

  const restore = useAction(
    () => call('restoreRun', { params }),
    () => toast(t('bulk_restored', { n: 1 })),
  )

  const remove = useAction(
    () => call('deleteRun', { params }),
    () => {
      toast(t('bulk_deleted', { n: 1 }), () => restore.mutate(undefined))
      navigate(paths.runs(project))
    },
  )

  return {
    act,
    restore,
    remove,
    annotate: (changes: AnnotationChanges) => call('changeRun', { params, body: changes }),
  }
}
