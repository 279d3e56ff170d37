import { z } from 'zod'

import { artifactView } from '../tracking.ts'
import type { RouteTable } from './route.ts'

/** Routes for the output files of runs. */
export const outputRoutes = {
  listArtifacts: {
    needs: 'runs.read',
    summary: 'Files in the outputs path of a run, with sizes and hashes.',
    answer: z.array(artifactView),
  },
  getArtifact: {
    needs: 'runs.read',
    summary: 'Bytes of one listed file, always as a download.',
    query: z.strictObject({ path: z.string().min(1).max(4096) }),
    produces: 'application/octet-stream',
  },
} as const satisfies RouteTable
