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
  { isWanted = true }: { readonly isWanted?: boolean } = {},
): UseQueryResult<RunPageView> {
  const query = withoutEmpty({ ...request, count: true })
  return useQuery({
    queryKey: keys.runPage(query),
    queryFn: ({ signal }) => call('listRuns', { query, signal }),
    placeholderData: keepPreviousData,
    enabled: isWanted,
  })
}

/**
 * Reads a run list page by page, with `readAgain`, which keeps and reads again the first page only: the others are
 * loaded again when they are scrolled to. `fieldsOf` returns the fields of the further pages for the rows of the first
 * one. Events of the server do not refresh the list: rows would move under the pointer, and hundreds of pages would be
 * read again.
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
    // Comparing a long page with the one it replaces costs more than drawing it again.
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
 * Reads the current state of runs by their numbers. The run list itself keeps the order in which it was read; this
 * refreshes only its visible rows that have not ended.
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

/** Reads the runs that match a filter, page by page, at most `max`. */
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

/** Reads a run by its number. */
export function useRun(number: string): UseQueryResult<RunDetailView> {
  return useQuery(runQuery(number))
}

/** Reads runs by their numbers; returns those that are loaded, and the first error. */
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
 * Reads the latest run of a project with a host (the machine and folder that it was submitted from), so that a new run
 * can use its code and machine. Null where none of the latest five has one.
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

/** Reads what can follow at the end of a filter. Requests nothing while `isWanted` is false. */
export function useFilterCompletions(text: string, isWanted: boolean): UseQueryResult<AnswerOf<'completeFilter'>> {
  return useQuery({
    queryKey: keys.completions(text),
    queryFn: ({ signal }) => call('completeFilter', { query: withoutEmpty({ text }), signal }),
    enabled: isWanted,
  })
}
