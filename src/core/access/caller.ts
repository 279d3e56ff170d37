import type { Permission } from '../../contract/access.ts'
import type { Actor } from '../../contract/events.ts'

/**
 * The caller of an operation. `person`: the one user of this server, with the person's token or a session. `token`: a
 * program with the access token `id`. `run`: a script of attempt `n` of a run, with the attempt's token. `platform`:
 * the server itself.
 */
export type Caller =
  | { readonly kind: 'person' }
  | { readonly kind: 'token'; readonly id: string }
  | { readonly kind: 'run'; readonly runId: string; readonly n: number }
  | { readonly kind: 'platform' }

/** Dependencies of an operation that contain its caller. */
export interface Acting {
  readonly by: Caller
}

/** The projects whose data a query may return: all, or those with these ids. */
export type ProjectScope = 'all' | readonly string[]

/** Returns the actor in events that a caller causes. A program with an access token is recorded as the person. */
export function actorOf({ kind }: Caller): Actor {
  return kind === 'token' ? 'person' : kind
}

/** Whether a caller has a permission. A run has only `runs.track`; `authorize` refuses it for the records of others. */
export function may({ kind }: Caller, permission: Permission): boolean {
  return kind !== 'run' || permission === 'runs.track'
}

/** Returns the projects that a caller may read. */
export function readableProjects({ kind }: Caller): ProjectScope {
  return kind === 'run' ? [] : 'all'
}

/** Whether a caller may read a run. A caller of kind `run` may read only that run itself. */
export function mayReadRun(caller: Caller, run: { readonly id: string; readonly projectId: string }): boolean {
  if (caller.kind === 'run') return caller.runId === run.id
  return includesProject(readableProjects(caller), run.projectId)
}

/** Whether a scope contains a project. */
export function includesProject(scope: ProjectScope, projectId: string): boolean {
  return scope === 'all' || scope.includes(projectId)
}
