import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query'
import type { UseQueryResult } from '@tanstack/react-query'
import { useMemo } from 'react'

import type {
  BandsView,
  ChartRange,
  CountsView,
  GroupsView,
  NamesView,
  SeriesView,
  SlotsView,
  VariedView,
} from '../../../src/contract/charts.ts'
import { LIMITS } from '../../../src/contract/limits.ts'
import { call } from './client.ts'
import { keys } from './keys.ts'
import type { RunsQuery } from './runs.ts'
import { withoutEmpty } from './without-empty.ts'

/** Reads how many of the matching runs are in each phase. Requests nothing while `isEnabled` is false. */
export function useCounts(
  request: Pick<RunsQuery, 'project' | 'sweep' | 'filter' | 'trash'>,
  isEnabled = true,
): UseQueryResult<CountsView> {
  const query = withoutEmpty({ ...request })
  return useQuery({
    queryKey: keys.counts(query),
    queryFn: () => call('countRuns', { query }),
    placeholderData: keepPreviousData,
    enabled: isEnabled,
  })
}

/**
 * A request for series, one for each run and metric. The server merges consecutive points of a series into at most
 * `buckets` buckets. `range` limits the series to a part of the x axis; undefined: all of it.
 */
interface SeriesRequest {
  readonly runs: readonly number[]
  readonly metrics: readonly string[]
  readonly buckets: number
  readonly range: ChartRange | undefined
}

/**
 * Reads one series for each run and metric, merged into at most `buckets` (default 500) buckets. Sends several requests
 * for more metrics than the server accepts in one, and none while `runs` or `metrics` is empty.
 */
export function useSeries(
  runs: readonly number[],
  metrics: readonly string[],
  options: { readonly buckets?: number; readonly range?: ChartRange | undefined } = {},
): UseQueryResult<SeriesView[]> {
  const request = { runs, metrics, buckets: options.buckets ?? 500, range: options.range }
  return useQuery({
    queryKey: keys.series(request),
    queryFn: async ({ signal }) => {
      const pieces = chunksOf(metrics, LIMITS.chartMetricsMax)
      return (await Promise.all(pieces.map((piece) => readSeries({ ...request, metrics: piece }, signal)))).flat()
    },
    enabled: runs.length > 0 && metrics.length > 0,
    placeholderData: keepPreviousData,
  })
}

function readSeries({ runs, metrics, ...rest }: SeriesRequest, signal: AbortSignal): Promise<SeriesView[]> {
  return call('getSeries', { body: { runs: [...runs], metrics: [...metrics], ...rest }, signal })
}

/** Cuts a list into pieces of at most `length` names. */
function chunksOf(names: readonly string[], length: number): (readonly string[])[] {
  return Array.from({ length: Math.ceil(names.length / length) }, (_, i) => names.slice(i * length, (i + 1) * length))
}

/** Number of metrics in one request of `useSeriesOfSeen`. Small, so that the first charts appear soon. */
const METRICS_PER_REQUEST = 12

/**
 * Reads the series of one run, a few metrics per request in the order of the list. A request is sent once one of its
 * metrics is in `seen`, the metrics whose charts have been in sight. Each request also reads `across`, the metric on
 * the x axis. Returns for each metric all series of its request, and the first error of a request without data.
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
      const request = {
        runs: [run],
        metrics: across === undefined ? piece : [...new Set([...piece, across])],
        buckets: 500,
        range,
      }

      return {
        queryKey: keys.series(request),
        queryFn: ({ signal }: { signal: AbortSignal }) => readSeries(request, signal),
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

/**
 * Parameters of a request for groups of runs. Runs with equal values in all fields of `by` are one group. `columns` are
 * numeric fields of which the server computes statistics.
 */
export interface GroupsQuery {
  readonly project: string
  readonly trash: boolean
  readonly filter: string
  readonly by: readonly string[]
  readonly columns: readonly string[]
  readonly sort?: string | undefined
}

/** Reads groups of runs, with the mean, standard deviation, minimum and maximum of each column. */
export function useGroups(request: GroupsQuery): UseQueryResult<GroupsView> {
  const { filter, by, columns, ...rest } = request
  return useQuery({
    queryKey: keys.groups(request),
    queryFn: () =>
      call('groupRuns', { body: { ...rest, filter: filter || undefined, by: [...by], columns: [...columns] } }),
    placeholderData: keepPreviousData,
  })
}

/**
 * Reads a line for each metric of the largest groups of runs: the mean, standard deviation, minimum and maximum over
 * the runs of the group, by step. Requests nothing while `metrics` is empty.
 */
export function useBands(
  request: Omit<GroupsQuery, 'columns' | 'sort'> & { readonly metrics: readonly string[] },
): UseQueryResult<BandsView> {
  const { filter, by, metrics, ...rest } = request
  return useQuery({
    queryKey: keys.bands(request),
    queryFn: ({ signal }) =>
      call('getBands', {
        body: { ...rest, filter: filter || undefined, by: [...by], metrics: [...metrics] },
        signal,
      }),
    enabled: metrics.length > 0,
    placeholderData: keepPreviousData,
  })
}

/** Reads which parameters differ among the matching runs. */
export function useVaryingParams(request: Pick<RunsQuery, 'project' | 'filter' | 'trash'>): UseQueryResult<VariedView> {
  const query = withoutEmpty({ ...request })
  return useQuery({
    queryKey: keys.varyingParams(query),
    queryFn: () => call('listVaried', { query }),
    placeholderData: keepPreviousData,
  })
}

/**
 * Reads the names of params and metrics. Each has the number of runs of all projects that have it, and the number among
 * the latest runs of `project`. Requests nothing while `isEnabled` is false.
 */
export function useNames(project: string, isEnabled = true): UseQueryResult<NamesView> {
  return useQuery({
    queryKey: keys.names(project),
    queryFn: () => call('listNames', { query: { project } }),
    staleTime: 60_000,
    enabled: isEnabled,
  })
}

/** Reads how many slots for runs the machine has, how many of them are in use, and which of its devices are. */
export function useSlots(): UseQueryResult<SlotsView> {
  return useQuery({ queryKey: keys.slots, queryFn: () => call('getSlots') })
}
