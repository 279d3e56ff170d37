import { AppError } from '../../contract/errors.ts'
import { phrase } from '../../contract/fields.ts'
import type { trackingRoutes } from '../../contract/routes/tracking.ts'
import { toWireNumber } from '../../contract/run.ts'
import type { BucketView, PointView } from '../../contract/tracking.ts'
import { mean, POINT_WIDTH } from '../../core/metrics/series.ts'
import type { Bucket } from '../../core/metrics/series.ts'
import { findRun } from '../../services/lookup.ts'
import { takeBatch } from '../../services/runs/tracking.ts'
import { toIso } from '../../services/runs/views.ts'
import type { HandlersOf } from '../bind.ts'
import type { HandlerDeps } from './shared.ts'

/** Creates the handlers for metrics and for the tracking records that scripts send. */
export function createTrackingHandlers(deps: HandlerDeps): HandlersOf<typeof trackingRoutes> {
  const { store } = deps

  return {
    getMetric: async ({ param, query, caller }) => {
      const run = await findRun(store.read, caller, param('run'))
      const points = await store.read.tracking.readPoints(run.id, param('name'), query.from, query.limit)
      if (!points)
        throw new AppError('not_found', { what: phrase('thing_metric', { name: param('name'), run: param('run') }) })
      return toPointViews(points)
    },
    getBuckets: async ({ param, query, caller }) => {
      const run = await findRun(store.read, caller, param('run'))
      const buckets = await store.scan.tracking.readBuckets(run.id, param('name'), query.buckets)
      if (!buckets)
        throw new AppError('not_found', { what: phrase('thing_metric', { name: param('name'), run: param('run') }) })
      return buckets.map(toBucketView)
    },
    track: async ({ body, caller, param }) => {
      if (caller.kind === 'run' && caller.n !== body.attempt) throw new AppError('forbidden')
      const run = await findRun(store.read, caller, param('run'))
      if (body.attempt > run.attemptCount)
        throw new AppError('not_found', { what: phrase('thing_attempt', { name: body.attempt, run: run.number }) })
      return await takeBatch(deps, run, body)
    },
  }
}

function toPointViews(points: Float64Array): PointView[] {
  return Array.from({ length: points.length / POINT_WIDTH }, (_, index) => {
    const [step, time, value] = points.subarray(index * POINT_WIDTH, (index + 1) * POINT_WIDTH)
    return { step: step!, time: toIso(time!), value: toWireNumber(value!) }
  })
}

function toBucketView(bucket: Bucket): BucketView {
  return {
    firstStep: bucket.firstStep,
    lastStep: bucket.lastStep,
    count: bucket.count,
    min: toWireNumber(bucket.min),
    max: toWireNumber(bucket.max),
    mean: toWireNumber(mean(bucket)),
    last: toWireNumber(bucket.last),
  }
}
