import { z } from 'zod'

import { LIMITS } from './limits.ts'
import { BEST_BY } from './measure.ts'
import { moment } from './run.ts'
import { RUN_PHASES } from './phases.ts'

/** A number on a chart; null for NaN, an infinity or a missing value. */
const chartNumber = z.number().nullable()

/**
 * A part of the x axis. `from` and `to` are steps (`step`), seconds since the first point of each line (`relative`) or
 * seconds since 1970 (`wall`).
 */
const chartRange = z.strictObject({ axis: z.enum(['step', 'relative', 'wall']), from: z.number(), to: z.number() })
export type ChartRange = z.output<typeof chartRange>

/** Request for one line per run and metric. `runs` are numbers; `buckets` is the largest number of points of a line. */
export const seriesRequest = z.strictObject({
  runs: z.array(z.int().min(1)).min(1).max(LIMITS.chartRunsMax),
  metrics: z.array(z.string().min(1).max(LIMITS.nameCharsMax)).min(1).max(LIMITS.chartMetricsMax),
  buckets: z.int().min(1).max(1000).default(500),
  /**
   * Limits each line to this part of the x axis and one point on either side. `buckets` then applies to that part, so
   * that the line is finer. Default: the whole line.
   */
  range: chartRange.optional(),
})

/**
 * The line of one metric of one run, with one entry per bucket in each list. `step` and `last` are the step and the
 * value of the last point in a bucket.
 */
export const seriesView = z.strictObject({
  run: z.int(),
  metric: z.string(),
  step: z.array(z.number()),
  last: z.array(chartNumber),
  min: z.array(chartNumber),
  max: z.array(chartNumber),
  /** Time of the last point in each bucket, in milliseconds since 1970. */
  time: z.array(z.number()),
  /** Time of the first point of the whole series, also outside the requested range, in milliseconds since 1970. */
  startTime: z.number(),
  /** `points`: number of points in all buckets; `nans`: number of points among them whose value is NaN. */
  points: z.int(),
  nans: z.int(),
})
export type SeriesView = z.output<typeof seriesView>

/** The chart axis of a searched parameter. `scale` is `category` where some listed value is not a number. */
const axisView = z.strictObject({
  name: z.string(),
  scale: z.enum(['linear', 'log', 'category']),
  /** Smallest and largest value that the search can choose; null where there is no bound, and for categories. */
  low: z.number().nullable(),
  high: z.number().nullable(),
  /** Listed values as Python prints them, in the order of the document; empty unless `scale` is `category`. */
  categories: z.array(z.string()),
  isConditional: z.boolean(),
})
export type AxisView = z.output<typeof axisView>

/** All trials of a sweep as columns: entry i of each list from `index` to `params` is about the same trial. */
export const trialsView = z.strictObject({
  metric: z.string().nullable(),
  optimization: z.enum(['maximize', 'minimize']).nullable(),
  /** Value of the metric by which trials are compared: the last, the lowest or the highest. */
  bestBy: z.enum(BEST_BY),
  axes: z.array(axisView),
  /** Name of the resource parameter and its amount at each rung, lowest first; null for a sweep without rungs. */
  rungs: z
    .strictObject({ resource: z.string(), amounts: z.array(z.number()), form: z.enum(['promotion', 'stopping']) })
    .nullable(),
  index: z.array(z.int()),
  number: z.array(z.int()),
  phase: z.array(z.enum(RUN_PHASES)),
  reason: z.array(z.string().nullable()),
  rung: z.array(z.int()),
  /** Value of the metric by which the trial is compared; null without one, and for NaN and infinities. */
  value: z.array(chartNumber),
  /** Whether the trial logged the metric and its value is NaN or infinite. */
  isOdd: z.array(z.boolean()),
  startedAt: z.array(moment.nullable()),
  endedAt: z.array(moment.nullable()),
  /** Values of each searched parameter, and of the resource; null where a trial does not have the parameter. */
  params: z.record(z.string(), z.array(z.unknown())),
  /**
   * Results of trials at rungs, in the order in which they were recorded. `index` is the index of the trial; `value` is
   * null for a failed trial.
   */
  reached: z.array(z.strictObject({ index: z.int(), rung: z.int(), value: chartNumber })),
  /** All started attempts of the trials as columns, oldest first. `index` is the index of the trial. */
  attempts: z.strictObject({
    index: z.array(z.int()),
    n: z.array(z.int()),
    startedAt: z.array(moment),
    endedAt: z.array(moment.nullable()),
    reason: z.array(z.string().nullable()),
  }),
})
export type TrialsView = z.output<typeof trialsView>

/**
 * Capacity of the machine that executes runs. `places` is the number of runs that can execute at once, `used` the
 * number that do.
 */
export const slotsView = z.strictObject({
  places: z.int(),
  used: z.int(),
  devices: z.array(z.strictObject({ name: z.string(), isUsed: z.boolean() })),
})
export type SlotsView = z.output<typeof slotsView>

/** Numbers of runs by phase; `total` is their sum. A phase without runs may be absent. */
export const countsView = z.strictObject({ phases: z.partialRecord(z.enum(RUN_PHASES), z.int()), total: z.int() })
export type CountsView = z.output<typeof countsView>

/**
 * Request to group the runs that match `filter` by the fields `by`. `columns` are numeric fields whose statistics each
 * group gets.
 */
export const groupsRequest = z.strictObject({
  filter: z.string().max(LIMITS.filterCharsMax).optional(),
  project: z.string().max(100).optional(),
  /** Groups the runs in the trash instead of the others. */
  trash: z.boolean().optional(),
  by: z.array(z.string().min(1).max(LIMITS.nameCharsMax)).min(1).max(LIMITS.groupFieldsMax),
  columns: z.array(z.string().min(1).max(LIMITS.nameCharsMax)).max(LIMITS.groupFieldsMax).default([]),
  /**
   * Order of the groups: `n`, one of `by`, or the mean of one of `columns`; with a leading `-` the greatest comes
   * first. Default: `-n`. Groups without the value come last.
   */
  sort: z
    .string()
    .min(1)
    .max(LIMITS.nameCharsMax + 1)
    .optional(),
})
/** Statistics of a column over the `n` runs of a group that have a value in it. `sd`: sample standard deviation. */
const spread = z.strictObject({ n: z.int(), mean: chartNumber, sd: chartNumber, min: chartNumber, max: chartNumber })
/** Groups of runs. In a group, `keys` are its values of the fields `by`, and `values` follow the order of `columns`. */
export const groupsView = z.strictObject({
  /** The first `LIMITS.groupsMax` groups in the requested order. */
  groups: z.array(
    z.strictObject({ keys: z.array(z.string().nullable()), n: z.int(), values: z.array(spread.nullable()) }),
  ),
  /** Numbers of all groups and of all runs in them, including groups that `groups` leaves out. */
  groupCount: z.int(),
  runCount: z.int(),
})
export type GroupsView = z.output<typeof groupsView>

/**
 * Request for one line per group of runs and metric. The answer contains only the largest groups, and computes their
 * lines from the latest runs of each.
 */
export const bandsRequest = groupsRequest.omit({ columns: true, sort: true }).extend({
  metrics: z.array(z.string().min(1).max(LIMITS.nameCharsMax)).min(1).max(LIMITS.chartMetricsMax),
  buckets: z.int().min(1).max(1000).default(200),
})
/**
 * Mean and spread of a metric over the runs of a group, with one entry per bucket in each list. `n` is the number of
 * runs with points in the bucket.
 */
const bandView = z.strictObject({
  keys: z.array(z.string().nullable()),
  metric: z.string(),
  /** `runs`: number of runs in the group; `drawn`: number of runs from which the line is computed. */
  runs: z.int(),
  drawn: z.int(),
  step: z.array(z.number()),
  mean: z.array(chartNumber),
  sd: z.array(chartNumber),
  min: z.array(chartNumber),
  max: z.array(chartNumber),
  n: z.array(z.int()),
})
export type BandView = z.output<typeof bandView>
/** Lines of the largest groups of runs. `groupCount` is the number of all groups, also of those without a line. */
export const bandsView = z.strictObject({ bands: z.array(bandView), groupCount: z.int() })
export type BandsView = z.output<typeof bandsView>

/**
 * A name of a parameter or metric. `count` is the number of runs that have it, `recent` the number among the latest
 * `LIMITS.recentRunsMax` runs of the requested project; 0 without a project.
 */
const nameCount = z.strictObject({ name: z.string(), count: z.int(), recent: z.int() })
/**
 * Parameters that differ among the `runs` requested runs, or that only some of them have. `count` is the number of
 * these runs that have the parameter; the most common come first.
 */
export const variedView = z.strictObject({
  params: z.array(z.strictObject({ name: z.string(), count: z.int() })),
  runs: z.int(),
})
export type VariedView = z.output<typeof variedView>

/** Names of parameters and metrics to choose from, those with the largest `recent` first. */
export const namesView = z.strictObject({ params: z.array(nameCount), metrics: z.array(nameCount) })
export type NamesView = z.output<typeof namesView>

/** Returns a logged number unchanged; null for NaN and infinities, which JSON lacks. */
export function toChartNumber(value: number | null): z.output<typeof chartNumber> {
  return value === null || !Number.isFinite(value) ? null : value
}

/**
 * Returns a computed number rounded to twelve significant digits, because further digits are rounding error; null for
 * NaN and infinities.
 */
export function toRoundedNumber(value: number | null): z.output<typeof chartNumber> {
  return value === null || !Number.isFinite(value) ? null : Number(value.toPrecision(12))
}
