import { z } from 'zod'

import { moment } from '../run.ts'
import type { RouteTable } from './route.ts'

/** A virtual environment made by `build_steps`. `packages` are lines as `pip freeze` prints them. */
const environmentView = z.strictObject({
  hash: z.string(),
  state: z.enum(['building', 'ready', 'failed', 'removed']),
  python: z.string(),
  /** Number of the run that builds or last built the environment; null if that run no longer exists. */
  build: z.int().nullable(),
  packages: z.array(z.string()),
  createdAt: moment,
  lastUsedAt: moment,
})

export type EnvironmentView = z.output<typeof environmentView>

/** Routes for environments. */
export const environmentRoutes = {
  listEnvironments: {
    needs: 'environments.read',
    summary: 'Environments that have been built.',
    answer: z.array(environmentView),
  },
  getEnvironment: {
    needs: 'environments.read',
    summary: 'One environment with its packages.',
    answer: environmentView,
  },
  removeEnvironment: {
    needs: 'environments.write',
    summary: 'Removes an environment that nothing uses; the next run that needs it builds it again.',
    answer: environmentView,
  },
} as const satisfies RouteTable
