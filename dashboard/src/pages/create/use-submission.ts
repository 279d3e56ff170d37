import type { UseMutationResult } from '@tanstack/react-query'

import type { DocumentView } from '../../../../src/contract/routes/runs.ts'
import type { RunDetailView } from '../../../../src/contract/run.ts'
import { useAction } from '../../api/action.ts'
import { call } from '../../api/client.ts'
import { paths } from '../../paths.ts'
import { navigate } from '../../state/location.ts'

/** Submits a document with the code and the host of another run, and opens the page of the new run or sweep. */
export function useSubmission({
  project,
  base: { host, snapshot },
  sources,
  params,
  onSubmitted,
}: {
  readonly project: string
  /** Run whose code and host are submitted. It has a host. */
  readonly base: Pick<RunDetailView, 'host' | 'snapshot'>
  readonly sources: DocumentView['sources']
  readonly params: DocumentView['params']
  readonly onSubmitted: () => void
}): UseMutationResult<unknown, Error, void> {
  return useAction(
    () =>
      call('submit', {
        body: { sources, params, host: host!, project, ...(snapshot !== null && { snapshot }) },
      }),
    ({ kind, number }) => {
      onSubmitted()
      navigate(kind === 'run' ? paths.run(project, number) : paths.sweep(project, number))
    },
    { showsError: true },
  )
}
