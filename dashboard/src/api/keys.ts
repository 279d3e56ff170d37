import type { QueryKey } from '@tanstack/react-query'

import type { Query } from '../../../src/contract/endpoints.ts'
import type { RunListRequest } from './run-list-query.ts'

/** Keys of the cached answers. Invalidating a key also invalidates all keys that begin with it. */
export const keys = {
  /** Beginning of the keys of all answers that are requested again after every event. */
  allRuns: ['runs'],
  runPage: (query: Query) => ['runs', 'page', query],
  freshRuns: (request: object) => ['runs', 'fresh', request],
  counts: (query: Query) => ['runs', 'counts', query],
  slots: ['runs', 'slots'],
  groups: (request: object) => ['runs', 'groups', request],
  bands: (request: object) => ['runs', 'bands', request],
  varyingParams: (query: Query) => ['runs', 'varied', query],

  runList: (request: RunListRequest) => ['list', request],
  latestRun: (project: string) => ['latest', project],

  run: (number: number | string) => ['run', String(number)],
  artifacts: (run: number | string) => ['run', String(run), 'artifacts'],
  document: (run: number | string | undefined) => ['document', run === undefined ? null : String(run)],
  series: (request: { readonly runs: readonly number[] }) => ['series', request],
  logSearch: (request: object) => ['log-search', request],
  fileContent: (file: object) => ['content', file],

  allSweeps: ['sweeps'],
  sweeps: (query: Query) => ['sweeps', query],
  sweep: (number: number | string) => ['sweep', String(number)],
  trials: (sweep: number | string) => ['sweep', String(sweep), 'trials'],
  insights: (sweep: number | string, finished: number | undefined) => ['insights', String(sweep), finished],

  allProjects: ['projects'],
  savedViews: (project: string) => ['views', project],

  names: (project: string) => ['names', project],
  completions: (text: string) => ['completions', text],
  check: (document: object) => ['check', document],
  language: ['language'],

  environment: (hash: string | null) => ['environment', hash],
  snapshot: (digest: string | null) => ['snapshot', digest],
  texts: (digests: readonly (string | null)[]) => ['texts', digests],
  textDiff: (texts: object) => ['patch', texts],

  tokens: ['tokens'],
  healthChecks: ['doctor'],
} as const satisfies Readonly<Record<string, QueryKey | ((...args: never) => QueryKey)>>

/**
 * Whether the answer with this query key contains one of the given runs or sweeps. The rows that `useFreshRuns` reads
 * count as containing every run.
 */
export function showsAnyOf(
  [kind, what]: QueryKey,
  { runs, sweeps }: { readonly runs: ReadonlySet<number>; readonly sweeps: ReadonlySet<number> },
): boolean {
  if (kind === 'run') return runs.has(Number(what))
  if (kind === 'sweep') return sweeps.has(Number(what))
  if (kind === 'series') return (what as { runs: readonly number[] }).runs.some((run) => runs.has(run))
  return kind === 'runs' && what === 'fresh' && runs.size > 0
}

/** Whether the answer with this query key changes often: a run, a sweep, or the rows that `useFreshRuns` reads. */
export function changesFast([kind, what]: QueryKey): boolean {
  return kind === 'run' || kind === 'sweep' || (kind === 'runs' && what === 'fresh')
}
