import {
  keepPreviousData,
  queryOptions,
  useInfiniteQuery,
  useQueries,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import type { InfiniteData, UseQueryResult } from '@tanstack/react-query'
import { useMemo } from 'react'

import type { AnswerOf } from '../../../src/contract/routes/all.ts'
import type { RunPageView } from '../../../src/contract/routes/runs.ts'
import type { RunDetailView, RunView } from '../../../src/contract/run.ts'
import { call } from './client.ts'
import { keys } from './keys.ts'
import { toRunListQuery } from './run-list-query.ts'
import type { FurtherPage, RunListRequest } from './run-list-query.ts'
import { withoutEmpty } from './without-empty.ts'

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
  request: RunsQuery,
  { isEnabled = true }: { readonly isEnabled?: boolean } = {},
): UseQueryResult<RunPageView> {
  const query = withoutEmpty({ ...request, count: true })
  return useQuery({
    queryKey: keys.runPage(query),
    queryFn: ({ signal }) => call('listRuns', { query, signal }),
    placeholderData: keepPreviousData,
    enabled: isEnabled,
  })
}

/**
 * Reads a run list page by page. `fieldsOf` receives the rows of the first page and returns the fields for the further
 * pages. Events of the server do not refresh the list: rows would move under the pointer, and hundreds of pages would
 * be read again. `readAgain` removes all pages but the first and requests that one again; the others are loaded again
 * on scrolling.
 */
export function useRunList(request: RunListRequest, fieldsOf: (firstRuns: readonly RunView[]) => string) {
  const queries = useQueryClient()
  const queryKey = keys.runList(request)

  const list = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) => call('listRuns', { query: toRunListQuery(request, pageParam), signal }),
    initialPageParam: undefined as FurtherPage | undefined,
    getNextPageParam: (page: RunPageView, pages: readonly RunPageView[]) =>
      page.next === null ? undefined : { cursor: page.next, fields: fieldsOf(pages[0]!.runs) },
    placeholderData: keepPreviousData,
    refetchOnWindowFocus: false,
    // Without structural sharing: comparing a long page with the one that it replaces costs more than rendering it
    // again.
    structuralSharing: false,
  })

  const readAgain = (): void => {
    queries.setQueryData<InfiniteData<RunPageView>>(
      queryKey,
      (known) => known && { pages: known.pages.slice(0, 1), pageParams: known.pageParams.slice(0, 1) },
    )
    void list.refetch()
  }

  return { ...list, readAgain }
}

/**
 * Reads runs by their numbers, and reads them again after every event. The run list, which events do not refresh, uses
 * this for its visible rows that have not ended. Returns the runs by number; empty until they are loaded.
 */
export function useFreshRuns(
  project: string,
  { numbers, fields }: { readonly numbers: readonly number[]; readonly fields: string },
): ReadonlyMap<number, RunView> {
  const { data } = useQuery({
    queryKey: keys.freshRuns({ project, numbers, fields }),
    queryFn: ({ signal }) =>
      call('listRuns', {
        query: withoutEmpty({
          project,
          filter: `number in (${numbers.join(', ')})`,
          limit: numbers.length,
          fields,
        }),
        signal,
      }),
    enabled: numbers.length > 0,
    placeholderData: keepPreviousData,
    select: byNumber,
  })

  return data ?? NO_RUNS
}

const NO_RUNS: ReadonlyMap<number, RunView> = new Map()

function byNumber({ runs }: RunPageView): ReadonlyMap<number, RunView> {
  return new Map(runs.map((run) => [run.number, run]))
}

/** Number of runs on each page that `readAllRuns` reads. */
const PAGE_RUNS = 1_000

/** Reads the first runs that match a filter, at most `max`, page by page. */
export async function readAllRuns(
  { project, filter, fields }: { readonly project: string; readonly filter: string; readonly fields: string },
  max: number,
): Promise<RunView[]> {
  const all: RunView[] = []
  for (let cursor: string | null | undefined; cursor !== null && all.length < max;) {
    const page: RunPageView = await call('listRuns', {
      query: withoutEmpty({ project, filter, limit: PAGE_RUNS, cursor, fields }),
    })
    all.push(...page.runs)
    cursor = page.next
  }

  return all.slice(0, max)
}

/**
 * Returns the runs with the numbers `selected`. Runs that are not in `runs`, the loaded part of the list, are read
 * separately and follow at the end.
 */
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

/** Reads a run by its number. */
export function useRun(number: string): UseQueryResult<RunDetailView> {
  return useQuery(runQuery(number))
}

/** Reads runs by their numbers. Returns the runs that are loaded so far, and the first error. */
export function useRuns(numbers: readonly number[]): {
  readonly runs: RunDetailView[]
  readonly error: Error | undefined
} {
  const found = useQueries({ queries: numbers.map(runQuery) })

  return {
    runs: found.flatMap(({ data }) => data ?? []),
    error: found.find(({ error }) => error)?.error ?? undefined,
  }
}

function runQuery(number: number | string) {
  return queryOptions({ queryKey: keys.run(number), queryFn: () => call('getRun', { params: { run: number } }) })
}

/**
 * Reads the latest started run of a project that has a host (the machine and folder that it was submitted from), so
 * that a new run can use its code and host. Null if none of the latest five experiments and jobs has a host.
 */
export function useLatestRun(project: string): UseQueryResult<RunDetailView | null> {
  return useQuery({
    queryKey: keys.latestRun(project),
    // Never read again: the code of the new run must not change while its document is being written.
    staleTime: Infinity,
    gcTime: 0,
    queryFn: async () => {
      const filter = 'attempts > 0 and kind in (experiment, job)'
      const { runs } = await call('listRuns', {
        query: { project, filter, limit: LATEST_LOOKED_AT, fields: 'number' },
      })

      for (const { number } of runs) {
        const run = await call('getRun', { params: { run: number } })
        if (run.host !== null) return run
      }

      return null
    },
  })
}

const LATEST_LOOKED_AT = 5

/** Reads the suggestions for the end of a filter that is being typed. Requests nothing while `isEnabled` is false. */
export function useFilterCompletions(text: string, isEnabled: boolean): UseQueryResult<AnswerOf<'completeFilter'>> {
  return useQuery({
    queryKey: keys.completions(text),
    queryFn: ({ signal }) => call('completeFilter', { query: withoutEmpty({ text }), signal }),
    enabled: isEnabled,
  })
}
