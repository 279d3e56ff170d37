import type { Kysely } from 'kysely'

import type { Direction } from '../contract/project.ts'
import type { ProjectStore } from '../core/ports/project-store.ts'
import type { Project } from '../core/records/project.ts'
import { inProjects } from './project-scope.ts'
import type { ProjectRow, Tables } from './tables.ts'

/** Creates the store of projects and of the directions of their metrics. */
export function createProjectStore(db: Kysely<Tables>, now: () => number): ProjectStore {
  const find = async (column: 'id' | 'name', value: string): Promise<Project | undefined> => {
    const row = await db.selectFrom('project').selectAll().where(column, '=', value).executeTakeFirst()
    return row && toProject(row)
  }

  return {
    get: async (id) => await find('id', id),
    getByName: async (name) => await find('name', name),

    list: async (projects, isDeleted = false) => {
      const rows = await db
        .selectFrom('project')
        .selectAll()
        .where('deleted_at', isDeleted ? 'is not' : 'is', null)
        .where(inProjects('id', projects))
        .orderBy('name')
        .execute()
      return rows.map(toProject)
    },

    insert: async ({ id, name, description }) => {
      const row: ProjectRow = { id, name, description, created_at: now(), deleted_at: null }
      await db.insertInto('project').values(row).execute()
      return toProject(row)
    },

    update: async (id, { name, description, deletedAt }) => {
      const columns = {
        ...(name !== undefined && { name }),
        ...(description !== undefined && { description }),
        ...(deletedAt !== undefined && { deleted_at: deletedAt }),
      }
      if (Object.keys(columns).length > 0) await db.updateTable('project').set(columns).where('id', '=', id).execute()
    },

    listPurgeable: async (deletedBefore) => {
      const rows = await db
        .selectFrom('project')
        .selectAll()
        .where('deleted_at', '<', deletedBefore)
        .where((on) =>
          on.not(on.exists(on.selectFrom('run').select('run.id').whereRef('run.project_id', '=', 'project.id'))),
        )
        .where((on) =>
          on.not(on.exists(on.selectFrom('sweep').select('sweep.id').whereRef('sweep.project_id', '=', 'project.id'))),
        )
        .execute()

      return rows.map(toProject)
    },

    purge: async (id) => {
      for (const table of ['metric_direction', 'saved_view'] as const)
        await db.deleteFrom(table).where('project_id', '=', id).execute()
      await db.deleteFrom('project').where('id', '=', id).execute()
    },

    listDirections: async (projectId) => {
      const rows = await db.selectFrom('metric_direction').selectAll().where('project_id', '=', projectId).execute()
      return new Map(rows.map((row) => [row.metric, row.direction as Direction]))
    },

    setDirection: async (projectId, metric, direction) => {
      if (direction === null) {
        await db
          .deleteFrom('metric_direction')
          .where('project_id', '=', projectId)
          .where('metric', '=', metric)
          .execute()
        return
      }

      await db
        .insertInto('metric_direction')
        .values({ project_id: projectId, metric, direction })
        .onConflict((conflict) => conflict.columns(['project_id', 'metric']).doUpdateSet({ direction }))
        .execute()
    },
  }
}

function toProject(row: ProjectRow): Project {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    createdAt: row.created_at,
    deletedAt: row.deleted_at,
  }
}
