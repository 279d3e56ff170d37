import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { UseMutationResult, UseQueryResult } from '@tanstack/react-query'

import type { CountsView, GroupsView, NamesView, SeriesView, SlotsView, TrialsView } from '../../../src/contract/charts.ts'
import type { ProjectView, ViewView } from '../../../src/contract/project.ts'
import type { DoctorCheck, RunPageView } from '../../../src/contract/routes.ts'
import { isTerminal } from '../../../src/contract/phases.ts'
import type { RunDetailView } from '../../../src/contract/run.ts'
import type { BeliefsView, SweepView } from '../../../src/contract/sweep.ts'
import { isSweepEnded } from '../../../src/contract/phases.ts'
import type { ArtifactView } from '../../../src/contract/tracking.ts'
import { call, toQuery } from './client.ts'

/** What is shown while it changes is asked for again this often, besides the hints of the event stream. */
const LIVE_MS = 1_000

export interface RunsAsked {
  readonly project?: string
  readonly sweep?: number
  readonly filter?: string
  readonly sort?: string
  readonly limit?: number
}

export function useRunPage(asked: RunsAsked, cursor?: string): UseQueryResult<RunPageView> {
  const query = toQuery({ ...asked, cursor, count: cursor === undefined })
  return useQuery({ queryKey: ['runs', query], queryFn: ({ signal }) => call<RunPageView>(`/runs${query}`, { signal }), placeholderData: keepPreviousData })
}

export function useCounts(asked: Pick<RunsAsked, 'project' | 'sweep' | 'filter'>, isWanted = true): UseQueryResult<CountsView> {
  const query = toQuery({ ...asked })
  return useQuery({
    queryKey: ['runs', 'counts', query],
    queryFn: () => call<CountsView>(`/runs/counts${query}`),
    placeholderData: keepPreviousData,
    enabled: isWanted,
  })
}

export function useRun(number: string): UseQueryResult<RunDetailView> {
  return useQuery({
    queryKey: ['run', number],
    queryFn: () => call<RunDetailView>(`/runs/${number}`),
    refetchInterval: ({ state }) => (state.data && !isTerminal(state.data.phase) ? LIVE_MS : false),
  })
}

export function useSeries(
  runs: readonly number[],
  metrics: readonly string[],
  options: { readonly isLive: boolean; readonly buckets?: number },
): UseQueryResult<SeriesView[]> {
  const body = { runs, metrics, buckets: options.buckets ?? 500 }
  return useQuery({
    queryKey: ['series', body],
    queryFn: ({ signal }) => call<SeriesView[]>('/series', { method: 'POST', body, signal }),
    enabled: runs.length > 0 && metrics.length > 0,
    placeholderData: keepPreviousData,
    refetchInterval: options.isLive ? LIVE_MS : false,
  })
}

export interface GroupsAsked {
  readonly project: string
  readonly filter: string
  readonly by: readonly string[]
  readonly columns: readonly string[]
}

export function useGroups(asked: GroupsAsked): UseQueryResult<GroupsView> {
  return useQuery({
    queryKey: ['runs', 'groups', asked],
    queryFn: () => call<GroupsView>('/runs/groups', { method: 'POST', body: { ...asked, ...(asked.filter === '' && { filter: undefined }) } }),
    placeholderData: keepPreviousData,
  })
}

export function useNames(): UseQueryResult<NamesView> {
  return useQuery({ queryKey: ['names'], queryFn: () => call<NamesView>('/runs/names'), staleTime: 60_000 })
}

export function useSlots(): UseQueryResult<SlotsView> {
  return useQuery({ queryKey: ['runs', 'slots'], queryFn: () => call<SlotsView>('/slots') })
}

export function useProjects(): UseQueryResult<ProjectView[]> {
  return useQuery({ queryKey: ['projects'], queryFn: () => call<ProjectView[]>('/projects') })
}

export function useViews(project: string): UseQueryResult<ViewView[]> {
  return useQuery({ queryKey: ['views', project], queryFn: () => call<ViewView[]>(`/projects/${encodeURIComponent(project)}/views`) })
}

export function useSweeps(project?: string): UseQueryResult<SweepView[]> {
  const query = toQuery({ project, limit: 200 })
  return useQuery({ queryKey: ['sweeps', query], queryFn: () => call<SweepView[]>(`/sweeps${query}`), placeholderData: keepPreviousData })
}

export function useSweep(number: string): UseQueryResult<SweepView> {
  return useQuery({
    queryKey: ['sweep', number],
    queryFn: () => call<SweepView>(`/sweeps/${number}`),
    refetchInterval: ({ state }) => (state.data && !isSweepEnded(state.data.phase) ? LIVE_MS : false),
  })
}

export function useTrials(number: string, isLive: boolean): UseQueryResult<TrialsView> {
  return useQuery({
    queryKey: ['sweep', number, 'trials'],
    queryFn: () => call<TrialsView>(`/sweeps/${number}/trials`),
    refetchInterval: isLive ? 2 * LIVE_MS : false,
    placeholderData: keepPreviousData,
  })
}

export function useBeliefs(number: string, finished: number): UseQueryResult<BeliefsView> {
  return useQuery({
    queryKey: ['beliefs', number, finished],
    queryFn: () => call<BeliefsView>(`/sweeps/${number}/beliefs`),
    placeholderData: keepPreviousData,
    staleTime: Infinity,
  })
}

export function useArtifacts(run: string, isLive: boolean): UseQueryResult<ArtifactView[]> {
  return useQuery({
    queryKey: ['run', run, 'artifacts'],
    queryFn: () => call<ArtifactView[]>(`/runs/${run}/artifacts`),
    refetchInterval: isLive ? 5 * LIVE_MS : false,
  })
}

export interface DocumentView {
  readonly sources: readonly { readonly file: string; readonly text: string }[]
  readonly params: Readonly<Record<string, string>>
  readonly changes: string | null
}

export function useDocument(run: string | undefined): UseQueryResult<DocumentView> {
  return useQuery({ queryKey: ['document', run], queryFn: () => call<DocumentView>(`/runs/${run!}/document`), enabled: run !== undefined, staleTime: Infinity })
}

export interface EnvironmentView {
  readonly hash: string
  readonly state: string
  readonly python: string
  readonly packages: readonly string[]
}

export function useEnvironment(hash: string | null): UseQueryResult<EnvironmentView> {
  return useQuery({
    queryKey: ['environment', hash],
    queryFn: () => call<EnvironmentView>(`/environments/${hash!}`),
    enabled: hash !== null,
    staleTime: 60_000,
  })
}

export interface ManifestView {
  readonly files: readonly { readonly path: string; readonly sha256: string; readonly sizeBytes: number }[]
}

export function useSnapshot(digest: string | null): UseQueryResult<ManifestView> {
  return useQuery({ queryKey: ['snapshot', digest], queryFn: () => call<ManifestView>(`/snapshots/${digest!}`), enabled: digest !== null, staleTime: Infinity })
}

export function useDoctor(): UseQueryResult<DoctorCheck[]> {
  return useQuery({ queryKey: ['doctor'], queryFn: () => call<DoctorCheck[]>('/doctor') })
}

/** Does something and shows what has changed by it. */
export function useAction<A, R = unknown>(act: (argument: A) => Promise<R>, onDone?: (result: R, argument: A) => void): UseMutationResult<R, Error, A> {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: act,
    onSuccess: async (result, argument) => {
      onDone?.(result, argument)
      await queries.invalidateQueries()
    },
  })
}
