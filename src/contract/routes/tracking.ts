import { z } from 'zod'

import { LIMITS } from '../limits.ts'
import { acknowledgement, batchRequest, bucketView, pointView } from '../tracking.ts'
import type { RouteTable } from './route.ts'

/** Routes for metrics of runs, and for the tracking records that scripts send. */
export const trackingRoutes = {
  getMetric: {
    needs: 'runs.read',
    summary: 'Points of a series in the order they came, from a point index on.',
    query: z.strictObject({
      from: z.coerce.number().int().min(0).default(0),
      limit: z.coerce.number().int().min(1).max(LIMITS.pointsPageMax).default(LIMITS.pointsPageMax),
    }),
    answer: z.array(pointView),
  },
  getBuckets: {
    needs: 'runs.read',
    summary: 'A series as a bounded number of buckets, whatever its length.',
    query: z.strictObject({ buckets: z.coerce.number().int().min(1).max(1000).default(500) }),
    answer: z.array(bucketView),
  },
  track: {
    needs: 'runs.track',
    summary: 'Takes a batch of tracking records and acknowledges it once it is durable.',
    body: batchRequest,
    skipsNulCheck: true,
    bodyBytesMax: LIMITS.batchBytesMax,
    isRefusedWhenFull: true,
    answer: acknowledgement,
  },
} as const satisfies RouteTable
