import { keepPreviousData, useMutation, useQueries, useQuery, useQueryClient } from '@tanstack/react-query'
import { useMemo } from 'react'
import { LIMITS } from '../../../src/contract/limits.ts'
import type { UseMutationResult, UseQueryResult } from '@tanstack/react-query'

import type { AccessTokenView } from '../../../src/contract/access-token.ts'
import type {
  BandsView,
  ChartRange,
  CountsView,
  GroupsView,
  NamesView,
  SeriesView,
  SlotsView,
  TrialsView,
  VariedView,
} from '../../../src/contract/charts.ts'
import type { Directions, ProjectView, ViewView } from '../../../src/contract/project.ts'
import type { CheckView, DoctorCheck, RunPageView } from '../../../src/contract/routes.ts'
import type { RunDetailView, RunView } from '../../../src/contract/run.ts'
import type { BeliefsView, SweepView } from '../../../src/contract/sweep.ts'
import type { ArtifactView } from '../../../src/contract/tracking.ts'
import type { JsonSchema } from '../editor/schema.ts'
import { toast } from '../ui/toasts.ts'
import { call } from './client.ts'
import { toQuery } from './to-query.ts'

export interface RunsAsked {
  readonly project?: string
  readonly sweep?: number
  readonly filter?: string
  readonly sort?: string
  readonly limit?: number
  /** Params and metrics that rows carry; all when left out. */
  readonly fields?: string
  readonly trash?: boolean | undefined
}

export function useRunPage(
  asked: RunsAsked,
  { isWanted = true }: { readonly isWanted?: boolean } = {},
): UseQueryResult<RunPageView> {
  const query = toQuery({ ...asked, count: true })
  return useQuery({
    queryKey: ['runs', query],
    queryFn: ({ signal }) => call<RunPageView>(`/runs${query}`, { signal }),
    placeholderData: keepPreviousData,
    enabled: isWanted,
  })
}

/**
 * Runs of a list as they are now, by number: those in sight that have not ended. The list itself stays in the order that it
 * was read in.
 */
export function useFreshRuns(
  project: string,
  { numbers, fields }: { readonly numbers: readonly number[]; readonly fields: string },
): ReadonlyMap<number, RunView> {
  const { data } = useQuery({
    queryKey: ['runs', 'fresh', project, numbers, fields],
    queryFn: ({ signal }) =>
      call<RunPageView>(
        `/runs${toQuery({ project, filter: `number in (${numbers.join(', ')})`, limit: numbers.length, fields })}`,
        { signal },
      ),
    enabled: numbers.length > 0,
    placeholderData: keepPreviousData,
    select: byNumber,
  })
  return data ?? NO_RUNS
}

/** The selected runs of a list, also those that it has not come to yet or no longer holds. */
export function useSelectedRuns(
  project: string,
  {
    runs,
    selected,
    fields,
  }: { readonly runs: readonly RunView[]; readonly selected: readonly number[]; readonly fields: string },
): readonly RunView[] {
  const listed = useMemo(() => runs.filter(({ number }) => selected.includes(number)), [runs, selected])
  const missing = useMemo(
    () => selected.filter((number) => !listed.some((run) => run.number === number)),
    [selected, listed],
  )
  const others = useFreshRuns(project, { numbers: missing, fields })
  return useMemo(() => [...listed, ...missing.flatMap((number) => others.get(number) ?? [])], [listed, missing, others])
}

const NO_RUNS: ReadonlyMap<number, RunView> = new Map()

function byNumber({ runs }: RunPageView): ReadonlyMap<number, RunView> {
  return new Map(runs.map((run) => [run.number, run]))
}

export function useCounts(
  asked: Pick<RunsAsked, 'project' | 'sweep' | 'filter' | 'trash'>,
  isWanted = true,
): UseQueryResult<CountsView> {
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
  })
}

export function useSeries(
  runs: readonly number[],
  metrics: readonly string[],
  options: { readonly buckets?: number; readonly range?: ChartRange | undefined } = {},
): UseQueryResult<SeriesView[]> {
  const asked = { runs, metrics, buckets: options.buckets ?? 500, range: options.range }
  return useQuery({
    queryKey: ['series', asked],
    queryFn: async ({ signal }) => {
      const ask = (some: readonly string[]) =>
        call<SeriesView[]>('/series', { method: 'POST', body: { ...asked, metrics: some }, signal })
      return (await Promise.all(piecesOf(metrics, LIMITS.chartMetricsMax).map(ask))).flat()
    },
    enabled: runs.length > 0 && metrics.length > 0,
    placeholderData: keepPreviousData,
  })
}

function piecesOf(names: readonly string[], length: number): (readonly string[])[] {
  return Array.from({ length: Math.ceil(names.length / length) }, (_, i) => names.slice(i * length, (i + 1) * length))
}

/** Number of metrics in one request: small, so that the first charts come soon. */
const METRICS_AT_ONCE = 12

/**
 * Lines of any number of metrics, those that are in sight: they are read a few at a time, in the order of the list. `across` is a
 * metric that all are drawn along.
 */
export function useSeriesInSight(
  run: number,
  metrics: readonly string[],
  {
    seen,
    across,
    range,
  }: {
    readonly seen: ReadonlySet<string>
    readonly across: string | undefined
    readonly range: ChartRange | undefined
  },
): { readonly series: ReadonlyMap<string, readonly SeriesView[]>; readonly error: Error | undefined } {
  const pieces = useMemo(() => piecesOf(metrics, METRICS_AT_ONCE), [metrics])
  const found = useQueries({
    queries: pieces.map((piece) => {
      const body = {
        runs: [run],
        metrics: across === undefined ? piece : [...new Set([...piece, across])],
        buckets: 500,
        range,
      }
      return {
        queryKey: ['series', body],
        queryFn: ({ signal }: { signal: AbortSignal }) =>
          call<SeriesView[]>('/series', { method: 'POST', body, signal }),
        enabled: piece.some((name) => seen.has(name)),
        placeholderData: keepPreviousData,
      }
    }),
  })
  const series = new Map(
    pieces.flatMap((piece, i) => (found[i]!.data ? piece.map((name) => [name, found[i]!.data!] as const) : [])),
  )
  return { series, error: found.find(({ error, data }) => error && !data)?.error ?? undefined }
}

export interface GroupsAsked {
  readonly project: string
  readonly trash: boolean
  readonly filter: string
  readonly by: readonly string[]
  readonly columns: readonly string[]
  readonly sort?: string | undefined
}

export function useGroups(asked: GroupsAsked): UseQueryResult<GroupsView> {
  return useQuery({
    queryKey: ['runs', 'groups', asked],
    queryFn: () =>
      call<GroupsView>('/runs/groups', {
        method: 'POST',
        body: { ...asked, ...(asked.filter === '' && { filter: undefined }) },
      }),
    placeholderData: keepPreviousData,
  })
}

/** Lines of groups of runs, from so many buckets as are worth a mean. */
export function useBands(
  asked: Omit<GroupsAsked, 'columns' | 'sort'> & { readonly metrics: readonly string[] },
): UseQueryResult<BandsView> {
  return useQuery({
    queryKey: ['runs', 'bands', asked],
    queryFn: ({ signal }) =>
      call<BandsView>('/series/groups', {
        method: 'POST',
        body: { ...asked, ...(asked.filter === '' && { filter: undefined }) },
        signal,
      }),
    enabled: asked.metrics.length > 0,
    placeholderData: keepPreviousData,
  })
}

/** Parameters that differ among the runs that match. */
export function useVaried(asked: Pick<RunsAsked, 'project' | 'filter' | 'trash'>): UseQueryResult<VariedView> {
  const query = toQuery({ ...asked })
  return useQuery({
    queryKey: ['runs', 'varied', query],
    queryFn: () => call<VariedView>(`/runs/varied${query}`),
    placeholderData: keepPreviousData,
  })
}

export function useNames(project: string, isWanted = true): UseQueryResult<NamesView> {
  return useQuery({
    queryKey: ['names', project],
    queryFn: () => call<NamesView>(`/runs/names${toQuery({ project })}`),
    staleTime: 60_000,
    enabled: isWanted,
  })
}

export function useSlots(): UseQueryResult<SlotsView> {
  return useQuery({ queryKey: ['runs', 'slots'], queryFn: () => call<SlotsView>('/slots') })
}

/** Which way each metric of a project is better; none while that is not known. Asked for where a best is shown. */
export function useDirections(project: string, isWanted: boolean): Directions {
  const { data } = useProjects(isWanted)
  return data?.find(({ name }) => name === project)?.directions ?? NO_DIRECTIONS
}

const NO_DIRECTIONS: Directions = {}

export function useProjects(isWanted = true): UseQueryResult<ProjectView[]> {
  return useQuery({ queryKey: ['projects'], queryFn: () => call<ProjectView[]>('/projects'), enabled: isWanted })
}

export function useViews(project: string): UseQueryResult<ViewView[]> {
  return useQuery({
    queryKey: ['views', project],
    queryFn: () => call<ViewView[]>(`/projects/${encodeURIComponent(project)}/views`),
  })
}

export function useSweeps(project?: string): UseQueryResult<SweepView[]> {
  const query = toQuery({ project, limit: 200 })
  return useQuery({
    queryKey: ['sweeps', query],
    queryFn: () => call<SweepView[]>(`/sweeps${query}`),
    placeholderData: keepPreviousData,
  })
}

export function useSweep(number: string): UseQueryResult<SweepView> {
  return useQuery({
    queryKey: ['sweep', number],
    queryFn: () => call<SweepView>(`/sweeps/${number}`),
  })
}

export function useTrials(number: string): UseQueryResult<TrialsView> {
  return useQuery({
    queryKey: ['sweep', number, 'trials'],
    queryFn: () => call<TrialsView>(`/sweeps/${number}/trials`),
    placeholderData: keepPreviousData,
  })
}

/** What a sweep believes, anew with each trial that has ended; not asked while that number is not known. */
export function useBeliefs(number: string, finished: number | undefined): UseQueryResult<BeliefsView> {
  return useQuery({
    queryKey: ['beliefs', number, finished],
    queryFn: () => call<BeliefsView>(`/sweeps/${number}/beliefs`),
    enabled: finished !== undefined,
    placeholderData: keepPreviousData,
    staleTime: Infinity,
  })
}

export function useArtifacts(run: string): UseQueryResult<ArtifactView[]> {
  return useQuery({
    queryKey: ['run', run, 'artifacts'],
    queryFn: () => call<ArtifactView[]>(`/runs/${run}/artifacts`),
  })
}

export interface DocumentView {
  readonly sources: readonly { readonly file: string; readonly text: string }[]
  readonly params: Readonly<Record<string, string>>
  readonly changes: string | null
}

export function useDocument(run: string | undefined): UseQueryResult<DocumentView> {
  return useQuery({
    queryKey: ['document', run],
    queryFn: () => call<DocumentView>(`/runs/${run!}/document`),
    enabled: run !== undefined,
    staleTime: Infinity,
  })
}

/** What a document comes to, asked anew when its text rests. */
export function useCheck(document: Pick<DocumentView, 'sources' | 'params'>): UseQueryResult<CheckView> {
  return useQuery({
    queryKey: ['check', document],
    queryFn: ({ signal }) => call<CheckView>('/checks', { method: 'POST', body: document, signal }),
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    gcTime: 0,
  })
}

/** Reads the language as JSON Schema, once. */
export function useLanguage(): () => Promise<JsonSchema> {
  const queries = useQueryClient()
  return () =>
    queries.ensureQueryData({
      queryKey: ['language'],
      queryFn: () => call<JsonSchema>('/language'),
      staleTime: Infinity,
    })
}

/** The latest run of a project that was started from a machine, which another can be started like; null where there is none. */
export function useLatestRun(project: string): UseQueryResult<RunDetailView | null> {
  return useQuery({
    queryKey: ['latest', project],
    // The code under what is being written does not change.
    staleTime: Infinity,
    gcTime: 0,
    queryFn: async () => {
      const filter = 'attempts > 0 and kind in (experiment, job)'
      const { runs } = await call<RunPageView>(
        `/runs${toQuery({ project, filter, limit: LATEST_LOOKED_AT, fields: 'number' })}`,
      )
      for (const { number } of runs) {
        const run = await call<RunDetailView>(`/runs/${number}`)
        if (run.host !== null) return run
      }
      return null
    },
  })
}

const LATEST_LOOKED_AT = 5

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
  return useQuery({
    queryKey: ['snapshot', digest],
    queryFn: () => call<ManifestView>(`/snapshots/${digest!}`),
    enabled: digest !== null,
    staleTime: Infinity,
  })
}

export function useTokens(): UseQueryResult<AccessTokenView[]> {
  return useQuery({ queryKey: ['tokens'], queryFn: () => call<AccessTokenView[]>('/tokens') })
}

export function useDoctor(): UseQueryResult<DoctorCheck[]> {
  return useQuery({ queryKey: ['doctor'], queryFn: () => call<DoctorCheck[]>('/doctor') })
}

interface ActionOptions {
  /** The page says itself what went wrong. */
  readonly showsError?: boolean
}

/** Does something and shows what has changed by it, or says what went wrong. */
export function useAction<A, R = unknown>(
  act: (argument: A) => Promise<R>,
  onDone?: (result: R, argument: A) => void,
  { showsError = false }: ActionOptions = {},
): UseMutationResult<R, Error, A> {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: act,
    onSuccess: async (result, argument) => {
      onDone?.(result, argument)
      await queries.invalidateQueries()
    },
    onError: (error) => !showsError && toast(error.message),
  })
}

/** Says which way a metric of a project is better; null takes it back. */
export function useSetDirection(project: string) {
  return useAction(
    ({ name, direction }: { readonly name: string; readonly direction: 'maximize' | 'minimize' | null }) =>
      call(`/projects/${encodeURIComponent(project)}/metrics/${encodeURIComponent(name)}`, {
        method: 'PUT',
        body: { direction },
      }),
  )
}
