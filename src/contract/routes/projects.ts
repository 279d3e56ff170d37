import { z } from 'zod'

import { uuid } from '../ids.ts'
import { DIRECTIONS, projectName, projectView, savedViewDefinition, savedViewView } from '../project.ts'
import { changed, count, flag, note } from './shared.ts'
import type { RouteTable } from './route.ts'

/** Routes for projects, their saved views and the trash. */
export const projectRoutes = {
  listProjects: {
    needs: 'projects.read',
    summary: 'Projects by name.',
    query: z.strictObject({ trash: flag }),
    answer: z.array(projectView),
  },
  createProject: {
    needs: 'projects.write',
    summary: 'Creates a project.',
    body: z.strictObject({ id: uuid.optional(), name: projectName, description: note.default('') }),
    answer: projectView,
    isIdempotentCreate: true,
    isRefusedWhenFull: true,
  },
  getProject: {
    needs: 'projects.read',
    summary: 'One project.',
    answer: projectView,
  },
  changeProject: {
    needs: 'projects.write',
    summary: 'Changes name or description of a project.',
    body: z.strictObject({ name: projectName.optional(), description: note.optional() }),
    answer: projectView,
  },
  deleteProject: {
    needs: 'projects.write',
    summary: 'Puts a project and all that is in it into the trash; stops what runs first.',
    answer: changed,
  },
  restoreProject: {
    needs: 'projects.write',
    summary: 'Takes a project out of the trash with all that went there with it.',
    answer: changed,
  },
  setDirection: {
    needs: 'projects.write',
    summary: 'Sets which direction of a metric is better; null removes it.',
    body: z.strictObject({ direction: z.enum(DIRECTIONS).nullable() }),
    answer: projectView,
  },
  listViews: {
    needs: 'projects.read',
    summary: 'Saved views of a project.',
    answer: z.array(savedViewView),
  },
  putView: {
    needs: 'projects.write',
    summary: 'Saves a filter, an order and columns under a name.',
    body: savedViewDefinition,
    answer: z.array(savedViewView),
  },
  deleteView: {
    needs: 'projects.write',
    summary: 'Removes a saved view.',
    answer: z.array(savedViewView),
  },
  emptyTrash: {
    needs: 'projects.write',
    summary: 'Begins to remove what is in the trash for good, rows and files; what still runs goes once it has ended.',
    answer: z.strictObject({ runs: count, sweeps: count, projects: count }),
  },
} as const satisfies RouteTable
