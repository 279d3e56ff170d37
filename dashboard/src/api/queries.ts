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
import type { Directions, ProjectView, SavedViewView } from '../../../src/contract/project.ts'
import type { CheckView, DoctorCheck, RunPageView } from '../../../src/contract/routes.ts'
import type { RunDetailView, RunView } from '../../../src/contract/run.ts'
import type { BeliefsView, SweepView } from '../../../src/contract/sweep.ts'
import type { ArtifactView } from '../../../src/contract/tracking.ts'
import type { JsonSchema } from '../editor/schema.ts'
import { toast } from '../ui/toasts.ts'
import { call } from './client.ts'
import { toQuery } from './to-query.ts'
import type { Direction } from '../../../src/contract/project.ts'

/** Parameters of a request for runs. */
export interface RunsQuery {
  readonly project?: string
  readonly sweep?: number
  readonly filter?: string
  readonly sort?: string
  readonly limit?: number
  /** Params and metrics that each row contains, separated by commas. Default: all. */
  readonly fields?: string
  readonly trash?: boolean | undefined
}

/** Reads the first page of the matching runs, with their total number. */
export function useRunPage(
  asked: RunsQuery,
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
 * Reads the current state of runs by their numbers. The run list itself keeps the order in which it was read; this
 * refreshes only its visible rows that have not ended.
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

/** Returns the selected runs, including those that are not in the loaded part of the list or no longer match it. */
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

/** Reads how many of the matching runs are in each phase. */
export function useCounts(
  asked: Pick<RunsQuery, 'project' | 'sweep' | 'filter' | 'trash'>,
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

/** Reads a run by its number. */
export function useRun(number: string): UseQueryResult<RunDetailView> {
  return useQuery({
    queryKey: ['run', number],
    queryFn: () => call<RunDetailView>(`/runs/${number}`),
  })
}

/**
 * Reads the series of runs and metrics, each in at most `buckets` (default 500) buckets. More metrics than the server
 * accepts at once are read in several requests.
 */
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
      return (await Promise.all(chunksOf(metrics, LIMITS.chartMetricsMax).map(ask))).flat()
    },
    enabled: runs.length > 0 && metrics.length > 0,
    placeholderData: keepPreviousData,
  })
}

/** Cuts a list into pieces of at most `length` names. */
function chunksOf(names: readonly string[], length: number): (readonly string[])[] {
  return Array.from({ length: Math.ceil(names.length / length) }, (_, i) => names.slice(i * length, (i + 1) * length))
}

/** Number of metrics in one request: small, so that the first charts appear soon. */
const METRICS_PER_REQUEST = 12

/**
 * Reads the series of one run for any number of metrics, a few metrics per request in the order of the list. A request
 * is sent once one of its metrics is in `seen`. `across` is the metric on the x axis, which every request includes.
 */
export function useSeriesOfSeen(
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
  const pieces = useMemo(() => chunksOf(metrics, METRICS_PER_REQUEST), [metrics])

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

/** Parameters of a request for groups of runs: runs with equal values of the fields `by` are one group. */
export interface GroupsQuery {
  readonly project: string
  readonly trash: boolean
  readonly filter: string
  readonly by: readonly string[]
  readonly columns: readonly string[]
  readonly sort?: string | undefined
}

/** Reads groups of runs with statistics of their columns. */
export function useGroups(asked: GroupsQuery): UseQueryResult<GroupsView> {
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

/** Reads the mean and the spread of metrics over the runs of each group, step by step. */
export function useBands(
  asked: Omit<GroupsQuery, 'columns' | 'sort'> & { readonly metrics: readonly string[] },
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

/** Reads which parameters differ among the matching runs. */
export function useVaryingParams(asked: Pick<RunsQuery, 'project' | 'filter' | 'trash'>): UseQueryResult<VariedView> {
  const query = toQuery({ ...asked })
  return useQuery({
    queryKey: ['runs', 'varied', query],
    queryFn: () => call<VariedView>(`/runs/varied${query}`),
    placeholderData: keepPreviousData,
  })
}

/**
 * Reads the names of params and metrics, each with the number of runs that have it: of all runs, and of the latest runs
 * of the project.
 */
export function useNames(project: string, isWanted = true): UseQueryResult<NamesView> {
  return useQuery({
    queryKey: ['names', project],
    queryFn: () => call<NamesView>(`/runs/names${toQuery({ project })}`),
    staleTime: 60_000,
    enabled: isWanted,
  })
}

/** Reads how many places for runs the machine has and how many are in use. */
export function useSlots(): UseQueryResult<SlotsView> {
  return useQuery({ queryKey: ['runs', 'slots'], queryFn: () => call<SlotsView>('/slots') })
}

/**
 * Returns whether higher or lower values of each metric of a project are better; empty until this is loaded. Requests
 * nothing while `isWanted` is false.
 */
export function useDirections(project: string, isWanted: boolean): Directions {
  const { data } = useProjects(isWanted)
  return data?.find(({ name }) => name === project)?.directions ?? NO_DIRECTIONS
}

const NO_DIRECTIONS: Directions = {}

/** Reads all projects. */
export function useProjects(isWanted = true): UseQueryResult<ProjectView[]> {
  return useQuery({ queryKey: ['projects'], queryFn: () => call<ProjectView[]>('/projects'), enabled: isWanted })
}

/** Reads the saved views of a project. */
export function useViews(project: string): UseQueryResult<SavedViewView[]> {
  return useQuery({
    queryKey: ['views', project],
    queryFn: () => call<SavedViewView[]>(`/projects/${encodeURIComponent(project)}/views`),
  })
}

/** Reads the newest 200 sweeps of a project, or of all projects. */
export function useSweeps(project?: string): UseQueryResult<SweepView[]> {
  const query = toQuery({ project, limit: 200 })
  return useQuery({
    queryKey: ['sweeps', query],
    queryFn: () => call<SweepView[]>(`/sweeps${query}`),
    placeholderData: keepPreviousData,
  })
}

/** Reads a sweep by its number. */
export function useSweep(number: string): UseQueryResult<SweepView> {
  return useQuery({
    queryKey: ['sweep', number],
    queryFn: () => call<SweepView>(`/sweeps/${number}`),
  })
}

/** Reads all trials of a sweep by its number. */
export function useTrials(number: string): UseQueryResult<TrialsView> {
  return useQuery({
    queryKey: ['sweep', number, 'trials'],
    queryFn: () => call<TrialsView>(`/sweeps/${number}/trials`),
    placeholderData: keepPreviousData,
  })
}

/**
 * Reads what a sweep has learned, again whenever `finished`, its number of results, has changed. Requests nothing while
 * that number is undefined.
 */
export function useSweepInsights(number: string, finished: number | undefined): UseQueryResult<BeliefsView> {
  return useQuery({
    queryKey: ['beliefs', number, finished],
    queryFn: () => call<BeliefsView>(`/sweeps/${number}/beliefs`),
    enabled: finished !== undefined,
    placeholderData: keepPreviousData,
    staleTime: Infinity,
  })
}

/** Reads the list of artifacts of a run. */
export function useArtifacts(run: string): UseQueryResult<ArtifactView[]> {
  return useQuery({
    queryKey: ['run', run, 'artifacts'],
    queryFn: () => call<ArtifactView[]>(`/runs/${run}/artifacts`),
  })
}

/** The document of a run: its sources in merge order and the parameters that were merged last. */
export interface DocumentView {
  readonly sources: readonly { readonly file: string; readonly text: string }[]
  readonly params: Readonly<Record<string, string>>
  /** Difference of the code to its git commit; null without one. */
  readonly changes: string | null
}

/** Reads the document of a run. It never changes, so it is read once. */
export function useDocument(run: string | undefined): UseQueryResult<DocumentView> {
  return useQuery({
    queryKey: ['document', run],
    queryFn: () => call<DocumentView>(`/runs/${run!}/document`),
    enabled: run !== undefined,
    staleTime: Infinity,
  })
}

/**
 * Checks a document on the server, without starting anything. The caller waits until typing pauses before it passes new
 * text.
 */
export function useCheck(document: Pick<DocumentView, 'sources' | 'params'>): UseQueryResult<CheckView> {
  return useQuery({
    queryKey: ['check', document],
    queryFn: ({ signal }) => call<CheckView>('/checks', { method: 'POST', body: document, signal }),
    placeholderData: keepPreviousData,
    staleTime: Infinity,
    gcTime: 0,
  })
}

/** Returns a function that reads the JSON Schema of documents; the schema is requested once. */
export function useDocumentSchema(): () => Promise<JsonSchema> {
  const queries = useQueryClient()
  return () =>
    queries.ensureQueryData({
      queryKey: ['language'],
      queryFn: () => call<JsonSchema>('/language'),
      staleTime: Infinity,
    })
}

/**
 * Reads the latest run of a project with a host (the machine and folder that it was submitted from), so that a new run
 * can use its code and machine. Null where none of the latest five has one.
 */
export function useLatestRun(project: string): UseQueryResult<RunDetailView | null> {
  return useQuery({
    queryKey: ['latest', project],
    // Never read again: the code of the new run must not change while its document is being written.
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

/** A virtual environment by its hash. */
export interface EnvironmentView {
  readonly hash: string
  readonly state: string
  readonly python: string
  readonly packages: readonly string[]
}

/** Reads an environment by its hash. Requests nothing for null. */
export function useEnvironment(hash: string | null): UseQueryResult<EnvironmentView> {
  return useQuery({
    queryKey: ['environment', hash],
    queryFn: () => call<EnvironmentView>(`/environments/${hash!}`),
    enabled: hash !== null,
    staleTime: 60_000,
  })
}

/** The files of a snapshot. */
export interface ManifestView {
  readonly files: readonly { readonly path: string; readonly sha256: string; readonly sizeBytes: number }[]
}

/** Reads the list of files of a snapshot by its digest. Requests nothing for null. */
export function useSnapshot(digest: string | null): UseQueryResult<ManifestView> {
  return useQuery({
    queryKey: ['snapshot', digest],
    queryFn: () => call<ManifestView>(`/snapshots/${digest!}`),
    enabled: digest !== null,
    staleTime: Infinity,
  })
}

/** Reads the access tokens, without their secrets. */
export function useTokens(): UseQueryResult<AccessTokenView[]> {
  return useQuery({ queryKey: ['tokens'], queryFn: () => call<AccessTokenView[]>('/tokens') })
}

/** Reads the results of the health checks of the server. */
export function useHealthChecks(): UseQueryResult<DoctorCheck[]> {
  return useQuery({ queryKey: ['doctor'], queryFn: () => call<DoctorCheck[]>('/doctor') })
}

interface ActionOptions {
  /** Whether the caller shows the error itself. Otherwise it appears as a toast. */
  readonly showsError?: boolean
}

/**
 * Returns a mutation that calls `act` and `onDone`, then reads all data of the page again. A failure is shown as a
 * toast.
 */
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

/** Returns a mutation that sets whether higher or lower values of a metric are better; null removes the setting. */
export function useSetDirection(project: string) {
  return useAction(({ name, direction }: { readonly name: string; readonly direction: Direction | null }) =>
    call(`/projects/${encodeURIComponent(project)}/metrics/${encodeURIComponent(name)}`, {
      method: 'PUT',
      body: { direction },
    }),
  )
}
