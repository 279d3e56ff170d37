import type { DoctorFinding } from '../../contract/routes/system.ts'
import { readableProjects } from '../../core/access/caller.ts'
import type { Acting, Caller, ProjectScope } from '../../core/access/caller.ts'
import { parseFilter } from '../../core/filter/parse-filter.ts'
import type { Executor } from '../../core/ports/executor.ts'
import type { LogStore } from '../../core/ports/log-store.ts'
import type { OutputStore } from '../../core/ports/output-store.ts'
import type { RunScope } from '../../core/ports/run-queries.ts'
import type { Store, Stores } from '../../core/ports/store.ts'
import type { Sessions } from '../../services/access/sessions.ts'
import type { EnvironmentDeps } from '../../services/environments.ts'
import type { Activity } from '../../services/history/activity.ts'
import { findProject, findSweep } from '../../services/lookup.ts'
import type { Submission, SubmissionDeps } from '../../services/runs/submissions.ts'
import type { SweepTrialsDeps } from '../../services/sweeps/sweep-trials.ts'

/** The services and settings that handlers use. */
export interface HandlerDeps extends EnvironmentDeps, Omit<SubmissionDeps, 'by'>, Omit<SweepTrialsDeps, 'by'> {
  readonly executor: Executor
  readonly logs: LogStore
  readonly outputs: OutputStore
  readonly sessions: Sessions
  readonly activity: Activity
  readonly version: string
  /** The server's own URL, without a slash at the end. */
  readonly url: () => string
  /** Ends the server. The end begins after the call has returned, so that the request can still be answered. */
  readonly shutdown: () => void
  /** Examines the server and its machine. `isDeep` also compares the hashes of all output files. */
  readonly examine: (isDeep: boolean) => Promise<DoctorFinding[]>
}

/** Returns a function that adds a caller to `deps` as `by`, for services that record who acts. */
export function actingWith<Deps extends object>(deps: Deps): (by: Caller) => Deps & Acting {
  return (by) => ({ ...deps, by })
}

/** The fields of a request that select runs. `trash` selects the runs in the trash instead of the others. */
interface ScopeQuery {
  readonly filter?: string | undefined
  readonly project?: string | undefined
  readonly sweep?: string | undefined
  readonly trash?: boolean | undefined
}

/**
 * Converts the query of a request to a selection of runs. Without `project`, all projects that the caller may read are
 * selected. Throws FilterError for an invalid filter, and AppError `not_found` for an unknown project or sweep.
 */
export async function toScope(
  { read }: Store,
  by: Caller,
  { filter, project, sweep, trash }: ScopeQuery,
): Promise<RunScope> {
  return withoutUndefined({
    projects: await toProjectScope(read, by, project),
    filter: filter ? parseFilter(filter) : undefined,
    sweepId: sweep === undefined ? undefined : (await findSweep(read, by, sweep)).id,
    isDeleted: trash,
  })
}

/**
 * Returns the project that a request names; if it names none, all projects that the caller may read. Throws AppError
 * `not_found` for an unknown project.
 */
export async function toProjectScope(stores: Stores, by: Caller, project: string | undefined): Promise<ProjectScope> {
  return project === undefined ? readableProjects(by) : [(await findProject(stores, by, project)).id]
}

/** Returns the API's answer to a submission: id, number and URL of the new run or sweep. */
export function toSubmissionView({ url }: Pick<HandlerDeps, 'url'>, submission: Submission) {
  const { id, number } = submission.kind === 'run' ? submission.run : submission.sweep
  return { kind: submission.kind, id, number, url: `${url()}/api/v1/${submission.kind}s/${number}` }
}

/**
 * Returns a response that browsers save as a file, named by the last part of `path`. Bytes that runs wrote must never
 * be shown as a page of this server.
 */
export function downloadResponse(body: ReadableStream<Uint8Array> | Uint8Array, path: string): Response {
  const name = encodeURIComponent(path.split('/').at(-1) ?? 'file')
  const headers = {
    'content-type': 'application/octet-stream',
    'content-disposition': `attachment; filename*=UTF-8''${name}`,
  }
  return new Response(body as ConstructorParameters<typeof Response>[0], { headers })
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> }

/**
 * Returns a copy without the fields whose value is undefined, for types that permit a field to be absent but not to be
 * undefined.
 */
export function withoutUndefined<T extends object>(
  value: T,
): Partial<Defined<T>> & Pick<Defined<T>, { [K in keyof T]-?: undefined extends T[K] ? never : K }[keyof T]> {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as never
}
