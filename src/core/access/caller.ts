import type { Permission } from '../../contract/access.ts'
import type { Actor } from '../../contract/events.ts'

/**
 * Who acts. `person`: the one person of this server, by its token or a session. `token`: a program with an access
 * token. `run`: an attempt with the token of its run. `platform`: the server itself.
 */
export type Caller =
  | { readonly kind: 'person' }
  | { readonly kind: 'token'; readonly id: string }
  | { readonly kind: 'run'; readonly runId: string; readonly n: number }
  | { readonly kind: 'platform' }

/** The part of a use case's dependencies that says who acts. */
export interface Acting {
  readonly by: Caller
}

/** The projects whose data a query may return: all, or those with these ids. */
export type ProjectScope = 'all' | readonly string[]

/** Returns the actor that events record for a caller. A program acts for the person who made its access token. */
export function actorOf({ kind }: Caller): Actor {
  return kind === 'token' ? 'person' : kind
}

/** Whether a caller has a right. A run may send its own tracking records and nothing else. */
export function may({ kind }: Caller, permission: Permission): boolean {
  return kind !== 'run' || permission === 'runs.track'
}

/** Returns the projects that a caller may read. */
export function readableProjects({ kind }: Caller): ProjectScope {
  return kind === 'run' ? [] : 'all'
}

/** Whether a caller may read a run. A run may read itself. */
export function mayReadRun(caller: Caller, run: { readonly id: string; readonly projectId: string }): boolean {
  if (caller.kind === 'run') return caller.runId === run.id
  return includesProject(readableProjects(caller), run.projectId)
}

/** Whether a scope contains a project. */
export function includesProject(scope: ProjectScope, projectId: string): boolean {
  return scope === 'all' || scope.includes(projectId)
}
