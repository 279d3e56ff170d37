import type { ProjectScope } from '../access/caller.ts'
import type { Field, Filter, Sort } from '../filter/filter.ts'
import type { GroupRow } from '../metrics/groups.ts'
import type { PhaseCounts, Run } from '../records/run.ts'

/**
 * Selects runs. All conditions must hold. With `isDeleted` the runs in the trash are selected, otherwise the others.
 */
export interface RunScope {
  readonly projects: ProjectScope
  readonly filter?: Filter
  readonly sweepId?: string
  readonly isDeleted?: boolean
}

/** Selects one page of the run list. */
export interface RunQuery extends RunScope {
  /** Most significant key first. Runs without a value come last; ties are sorted by number, newest first. */
  readonly sort: readonly Sort[]
  readonly limit: number
  /** `next` of the previous page. */
  readonly cursor?: string
  /** Whether to count the whole list, too. */
  readonly isCounted?: boolean
}

/** A page of the run list. */
export interface RunPage {
  readonly runs: Run[]
  /** Cursor of the next page; null on the last one. */
  readonly next: string | null
  /** Number of runs in the whole list; null unless `isCounted`. */
  readonly total: number | null
}

/** A name or a value, and the number of runs that have it. */
export interface Completion {
  readonly text: string
  readonly count: number
}

/** Queries over many runs: the run list, groups, and filter completion. */
export interface RunQueries {
  /** Returns a page of the run list. Throws AppError `invalid` for a cursor of another order. */
  listPage(query: RunQuery): Promise<RunPage>
  count(scope: RunScope): Promise<number>
  countByPhase(scope: RunScope): Promise<PhaseCounts>
  /** Returns the fields of at most `limit` selected runs: `keys` as texts, `values` as numbers. */
  readTable(
    scope: RunScope,
    fields: { readonly keys: readonly Field[]; readonly values: readonly Field[] },
    limit: number,
  ): Promise<GroupRow[]>
  /** Returns the ids of the oldest `limit` selected runs, oldest first. */
  listIds(scope: RunScope, limit: number): Promise<string[]>
  /** Whether any run has a parameter or a metric of this name. */
  hasName(kind: 'param' | 'metric', name: string, projects: ProjectScope): Promise<boolean>
  /** Returns names of parameters or metrics that begin with `prefix`. */
  listNames(
    kind: 'param' | 'metric',
    prefix: string,
    page: { readonly projects: ProjectScope; readonly limit: number },
  ): Promise<Completion[]>
  /**
   * Counts, for each of `names`, the runs that have it among the latest `runs` selected runs. Names of no run are left
   * out.
   */
  countNamesAmongLatest(
    kind: 'param' | 'metric',
    names: readonly string[],
    scope: RunScope,
    runs: number,
  ): Promise<Completion[]>
  /**
   * Returns parameters whose value differs among the selected runs or that some of them lack, the most common first.
   * `runs` is the number of selected runs.
   */
  listVaried(scope: RunScope, runs: number): Promise<Completion[]>
  /** Returns values of a parameter, or tags, that begin with `prefix`; nothing for other fields. */
  listValues(
    field: Field,
    prefix: string,
    page: { readonly projects: ProjectScope; readonly limit: number },
  ): Promise<Completion[]>
}
