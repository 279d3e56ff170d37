import { isSweepEnded } from '../../../../src/contract/phases.ts'
import type { RunPageView } from '../../../../src/contract/routes/runs.ts'
import type { SweepView } from '../../../../src/contract/sweep.ts'
import { useRunPage } from '../../api/runs.ts'
import { useSweeps } from '../../api/sweeps.ts'

/** Filter for the runs that occupy a slot. */
const SLOT_FILTER = 'phase in (running, starting, stopping)'
/** Largest number of lines in a list of the start page. */
export const SHOWN_MAX = 12
/** Largest number of waiting runs that are read, to be grouped by their reasons for waiting. */
const WAITING_READ_MAX = 200
/** Largest number of the latest failures that are read, to be grouped by cause. */
const FAILURES_READ_MAX = 200

/** The data of the start page. */
interface HomeData {
  /** The number of all runs that occupy a slot, as `total`; the page itself has only one run. */
  readonly running: RunPageView
  /** The runs outside sweeps that occupy a slot. Trials are counted in the line of their sweep instead. */
  readonly standalone: RunPageView
  readonly openSweeps: readonly SweepView[]
  readonly waiting: RunPageView
  readonly failed: RunPageView
  /** Whether no run is running, waiting or failed, and there is no sweep. */
  readonly isNew: boolean
}

/**
 * Reads the data of the start page. Returns all of the data, or the first error, or neither while the data is loaded.
 * `retry` requests again the part that failed.
 */
export function useHome(): {
  readonly data: HomeData | undefined
  readonly error: Error | undefined
  readonly retry: () => void
} {
  const running = useRunPage({ filter: SLOT_FILTER, limit: 1, fields: 'number' })
  const standalone = useRunPage({ filter: `${SLOT_FILTER} and sweep is missing`, limit: SHOWN_MAX })
  const waiting = useRunPage({
    filter: 'phase in (queued, preparing, paused)',
    limit: WAITING_READ_MAX,
    fields: 'number',
  })
  const failed = useRunPage({ filter: 'phase = failed', sort: '-ended', limit: FAILURES_READ_MAX, fields: 'number' })
  const sweeps = useSweeps()

  const failedQuery = [running, standalone, waiting, failed, sweeps].find(({ error, data }) => error && !data)
  const isComplete = running.data && standalone.data && waiting.data && failed.data && sweeps.data
  const hasNone = [running, waiting, failed].every(({ data }) => data?.total === 0) && sweeps.data?.length === 0

  return {
    data: isComplete && {
      running: running.data,
      standalone: standalone.data,
      openSweeps: sweeps.data.filter(({ phase }) => !isSweepEnded(phase)),
      waiting: waiting.data,
      failed: failed.data,
      isNew: hasNone,
    },
    error: failedQuery?.error ?? undefined,
    retry: () => void failedQuery?.refetch(),
  }
}
