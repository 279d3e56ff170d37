import { sql } from 'kysely'
import type { RawBuilder, SqlBool } from 'kysely'

import type { ProjectScope } from '../core/access/caller.ts'

/** Returns the condition that a column contains the id of a project in the scope. */
export function inProjects(column: string, projects: ProjectScope): RawBuilder<SqlBool> {
  if (projects === 'all') return sql<SqlBool>`1 = 1`
  if (projects.length === 0) return sql<SqlBool>`1 = 0`
  return sql<SqlBool>`${sql.ref(column)} in (${sql.join(projects)})`
}

/**
 * Returns ` and …`: the condition that the column `run_number` is that of a run in the scope. Empty for all projects.
 */
export function andRunInProjects(projects: ProjectScope): RawBuilder<unknown> {
  if (projects === 'all') return sql``
  return sql` and run_number in (select number from run where ${inProjects('project_id', projects)})`
}
