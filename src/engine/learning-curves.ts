import type { Store } from '../core/ports/store.ts'
import { addReports, EMPTY_CURVE } from '../core/search/halving/stopping.ts'
import type { LearningCurve, Report } from '../core/search/halving/stopping.ts'

/**
 * Reads the values that trials report of a metric. Reading a curve again loads only the reports that were added since.
 */
export interface LearningCurves {
  /**
   * Returns the curve of a trial up to now: its values, multiplied by `sign` so that smaller is better, summarised
   * every `interval` steps. With `isOver`, the trial has ended: it is read once more, and later calls return the cached
   * curve.
   */
  readCurve(
    runId: string,
    rule: { metric: string; interval: number; sign: 1 | -1; isOver: boolean },
  ): Promise<LearningCurve>
  /**
   * Returns the reports of a trial that no `readNewReports` before the last `confirm` has returned, in the order of
   * arrival.
   */
  readNewReports(runId: string, metric: string): Promise<Report[]>
  /** Returns all reports of a trial, in the order of arrival. */
  readAllReports(runId: string, metric: string): Promise<Report[]>
  /**
   * Confirms that all reports returned by `readNewReports` have been processed. Without it, they are returned again.
   */
  confirm(): void
}

const POINTS_AT_ONCE = 5_000
const POINT_WIDTH = 3

/** Creates an empty cache of the curves of the trials of one sweep. */
export function createLearningCurves(store: Store): LearningCurves {
  const curves = new Map<string, Map<string, { curve: LearningCurve; read: number; isOver: boolean }>>()
  const taken = new Map<string, number>()
  const read = new Map<string, number>()

  const since = async (runId: string, metric: string, from: number): Promise<Report[]> => {
    const all: Report[] = []
    for (;;) {
      const points = await store.readComplete.tracking.readPoints(runId, metric, from + all.length, POINTS_AT_ONCE)
      const found = points ? toReports(points) : []
      all.push(...found)
      if (found.length < POINTS_AT_ONCE) return all
    }
  }

  return {
    readCurve: async (runId, { metric, interval, sign, isOver }) => {
      const key = `${metric} ${interval} ${sign}`
      const ofRun = curves.get(runId) ?? new Map<string, { curve: LearningCurve; read: number; isOver: boolean }>()
      curves.set(runId, ofRun)
      const known = ofRun.get(key) ?? { curve: EMPTY_CURVE, read: 0, isOver: false }
      if (known.isOver) return known.curve

      const reports = await since(runId, metric, known.read)
      const turned = reports.map(({ step, value }) => ({ step, value: sign * value }))
      const next = { curve: addReports(known.curve, turned, interval), read: known.read + reports.length, isOver }
      ofRun.set(key, next)
      return next.curve
    },
    readNewReports: async (runId, metric) => {
      const from = taken.get(runId) ?? 0
      const reports = await since(runId, metric, from)
      read.set(runId, from + reports.length)
      return reports
    },
    readAllReports: async (runId, metric) => await since(runId, metric, 0),
    confirm: () => {
      for (const [runId, count] of read) taken.set(runId, count)
      read.clear()
    },
  }
}

function toReports(points: Float64Array): Report[] {
  return Array.from({ length: points.length / POINT_WIDTH }, (_, i) => ({
    step: points[i * POINT_WIDTH]!,
    value: points[i * POINT_WIDTH + 2]!,
  }))
}
