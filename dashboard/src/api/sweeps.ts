import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { UseQueryResult } from '@tanstack/react-query'

import type { TrialsView } from '../../../src/contract/charts.ts'
import type { SweepInsightView, SweepView } from '../../../src/contract/sweep.ts'
import { call } from './client.ts'
import { keys } from './keys.ts'

/** Reads the newest 200 sweeps of a project, or of all projects. */
export function useSweeps(project?: string): UseQueryResult<SweepView[]> {
  const query = { project, limit: 200 }
  return useQuery({
    queryKey: keys.sweeps(query),
    queryFn: () => call('listSweeps', { query }),
    placeholderData: keepPreviousData,
  })
}

/** Reads a sweep by its number. */
export function useSweep(sweep: string): UseQueryResult<SweepView> {
  return useQuery({
    queryKey: keys.sweep(sweep),
    queryFn: () => call('getSweep', { params: { sweep } }),
  })
}

/** Reads all trials of a sweep by its number. */
export function useTrials(sweep: string): UseQueryResult<TrialsView> {
  return useQuery({
    queryKey: keys.trials(sweep),
    queryFn: () => call('getTrials', { params: { sweep } }),
    placeholderData: keepPreviousData,
  })
}

/**
 * Reads the insight into a sweep, such as the importance of its parameters, and reads it again whenever `finished`, the
 * number of results, has changed. Requests nothing while `finished` is undefined.
 */
export function useSweepInsights(sweep: string, finished: number | undefined): UseQueryResult<SweepInsightView> {
  return useQuery({
    queryKey: keys.insights(sweep, finished),
    queryFn: () => call('getBeliefs', { params: { sweep } }),
    enabled: finished !== undefined,
    placeholderData: keepPreviousData,
    staleTime: Infinity,
  })
}
