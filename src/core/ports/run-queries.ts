import type { ProjectScope } from '../access/caller.ts'
import type { Field, Filter, Sort } from '../filter/filter.ts'
import type { GroupRow } from '../metrics/groups.ts'
import type { PhaseCounts, Run } from '../records/run.ts'

/**
 * Selects runs. All conditions must hold. With `isDeleted` only runs in the trash are selected, otherwise only runs
 * outside it.
 */
export interface RunScope {
  readonly projects: ProjectScope
  readonly filter?: Filter
  readonly sweepId?: string
  readonly isDeleted?: boolean
}

/** Selects one page of the run list. */
export interface RunQuery extends RunScope {
  /**
   * Sort keys, most significant first. Runs without a value for a key come last; ties are sorted by number, newest
   * first.
   */
  readonly sort: readonly Sort[]
  readonly limit: number
  /** `next` of the previous page. */
  readonly cursor?: string
  /** Whether `RunPage.total` is computed. */
  readonly isCounted?: boolean
}

/** A page of the run list. */
export interface RunPage {
  readonly runs: Run[]
  /** Cursor of the next page; null on the last one. */
  readonly next: string | null
  /** Number of runs on all pages together; null unless `isCounted` is set. */
  readonly total: number | null
}

/** A suggested name or value, and the number of runs that have it. */
export interface Completion {
  readonly text: string
  readonly count: number
}

/** Queries over many runs: the run list, groups, and filter completion. */
export interface RunQueries {
  /** Returns a page of the run list. Throws AppError `invalid` for a cursor from a list with other sort keys. */
  listPage(query: RunQuery): Promise<RunPage>
  count(scope: RunScope): Promise<number>
  countByPhase(scope: RunScope): Promise<PhaseCounts>
  /**
   * Returns one row for each selected run, `limit` at most, in no particular order: the fields `keys` as texts and the
   * fields `values` as numbers, null where a run has none.
   */
  readTable(
    scope: RunScope,
    fields: { readonly keys: readonly Field[]; readonly values: readonly Field[] },
    limit: number,
  ): Promise<GroupRow[]>
  /** Returns the ids of the oldest `limit` selected runs, oldest first. */
  listIds(scope: RunScope, limit: number): Promise<string[]>
  /** Whether any run of the projects has a parameter or a metric of this name. */
  hasName(kind: 'param' | 'metric', name: string, projects: ProjectScope): Promise<boolean>
  /** Returns the names of parameters or metrics that begin with `prefix`, sorted by name. */
  listNames(
    kind: 'param' | 'metric',
    prefix: string,
    page: { readonly projects: ProjectScope; readonly limit: number },
  ): Promise<Completion[]>
  /**
   * Counts, for each of `names`, the runs that have a parameter or metric of this name, among the newest `runs` of the
   * selected runs. Leaves out names that none of them has.
   */
  countNamesAmongLatest(
    kind: 'param' | 'metric',
    names: readonly string[],
    scope: RunScope,
    runs: number,
  ): Promise<Completion[]>
  /**
   * Returns the parameters that do not have the same value in all selected runs, or that some of them lack, most common
   * first. `runs` must be the number of selected runs.
   */
  listVaried(scope: RunScope, runs: number): Promise<Completion[]>
  /**
   * Returns the values of a parameter field, or the tags for the field `tag`, that begin with `prefix`. Returns an
   * empty list for any other field.
   */
  listValues(
    field: Field,
    prefix: string,
    page: { readonly projects: ProjectScope; readonly limit: number },
  ): Promise<Completion[]>
}
