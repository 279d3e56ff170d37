import { z } from 'zod'

import { LIMITS } from './limits.ts'
import { BEST_BY } from './measure.ts'
import { moment } from './run.ts'
import { RUN_PHASES } from './phases.ts'

/** A number on a chart; null where it is not finite. */
const chartNumber = z.number().nullable()

/** A part of the x axis: in steps, in seconds since the first point of each line, or in seconds since 1970. */
const chartRange = z.strictObject({ axis: z.enum(['step', 'relative', 'wall']), from: z.number(), to: z.number() })
export type ChartRange = z.output<typeof chartRange>

/** Request for lines of several metrics of several runs. */
export const seriesRequest = z.strictObject({
  runs: z.array(z.int().min(1)).min(1).max(LIMITS.chartRunsMax),
  metrics: z.array(z.string().min(1).max(LIMITS.nameCharsMax)).min(1).max(LIMITS.chartMetricsMax),
  buckets: z.int().min(1).max(1000).default(500),
  /** Only this part of each line, with a point on either side, in buckets as fine as that allows. */
  range: chartRange.optional(),
})

/** A line of a chart, with one entry per bucket in each list. `step` is the last step of a bucket. */
export const seriesView = z.strictObject({
  run: z.int(),
  metric: z.string(),
  step: z.array(z.number()),
  last: z.array(chartNumber),
  min: z.array(chartNumber),
  max: z.array(chartNumber),
  /** Milliseconds since 1970 of the last point of each bucket. */
  time: z.array(z.number()),
  /** Milliseconds since 1970 of the first point of the whole series. */
  startTime: z.number(),
  /** Number of points in all buckets, and number of NaN among them. */
  points: z.int(),
  nans: z.int(),
})
export type SeriesView = z.output<typeof seriesView>

/** A searched parameter, as a chart draws it. */
const axisView = z.strictObject({
  name: z.string(),
  scale: z.enum(['linear', 'log', 'category']),
  /** Bounds of the space; null where there is none, and for categories. */
  low: z.number().nullable(),
  high: z.number().nullable(),
  /** Texts of the categories, in the order of the document. */
  categories: z.array(z.string()),
  isConditional: z.boolean(),
})
export type AxisView = z.output<typeof axisView>

/** All trials of a sweep as columns, in the order of their indices. */
export const trialsView = z.strictObject({
  metric: z.string().nullable(),
  optimization: z.enum(['maximize', 'minimize']).nullable(),
  /** Which value of the metric counts for a trial. */
  bestBy: z.enum(BEST_BY),
  axes: z.array(axisView),
  /** Amounts of the resource at each rung, lowest first; null for a sweep without rungs. */
  rungs: z
    .strictObject({ resource: z.string(), amounts: z.array(z.number()), form: z.enum(['promotion', 'stopping']) })
    .nullable(),
  index: z.array(z.int()),
  number: z.array(z.int()),
  phase: z.array(z.enum(RUN_PHASES)),
  reason: z.array(z.string().nullable()),
  rung: z.array(z.int()),
  /** Value of the metric that counts for the trial. */
  value: z.array(chartNumber),
  /** Whether the trial logged the metric, but the value is NaN or infinite. */
  isOdd: z.array(z.boolean()),
  startedAt: z.array(moment.nullable()),
  endedAt: z.array(moment.nullable()),
  /** Values of each searched parameter; null where a trial does not have it. */
  params: z.record(z.string(), z.array(z.unknown())),
  /** Results at rungs in the order in which they were recorded. */
  reached: z.array(z.strictObject({ index: z.int(), rung: z.int(), value: chartNumber })),
  /** Every attempt that has begun, oldest first. */
  attempts: z.strictObject({
    index: z.array(z.int()),
    n: z.array(z.int()),
    startedAt: z.array(moment),
    endedAt: z.array(moment.nullable()),
    reason: z.array(z.string().nullable()),
  }),
})
export type TrialsView = z.output<typeof trialsView>

/** Places and devices of the machine that executes runs. */
export const slotsView = z.strictObject({
  places: z.int(),
  used: z.int(),
  devices: z.array(z.strictObject({ name: z.string(), isUsed: z.boolean() })),
})
export type SlotsView = z.output<typeof slotsView>

/** Number of runs in each phase, and in all. */
export const countsView = z.strictObject({ phases: z.partialRecord(z.enum(RUN_PHASES), z.int()), total: z.int() })
export type CountsView = z.output<typeof countsView>

/** Request to group runs by some of their fields. `columns` are fields with numbers. */
export const groupsRequest = z.strictObject({
  filter: z.string().max(LIMITS.filterCharsMax).optional(),
  project: z.string().max(100).optional(),
  /** Whether to group the runs in the trash instead. */
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
/** Statistics of a column over the runs of a group. */
const spread = z.strictObject({ n: z.int(), mean: chartNumber, sd: chartNumber, min: chartNumber, max: chartNumber })
/** Groups of runs. */
export const groupsView = z.strictObject({
  /** In the requested order, at most `LIMITS.groupsMax`. */
  groups: z.array(
    z.strictObject({ keys: z.array(z.string().nullable()), n: z.int(), values: z.array(spread.nullable()) }),
  ),
  /** Number of all groups, and of all runs in them. */
  groupCount: z.int(),
  runCount: z.int(),
})
export type GroupsView = z.output<typeof groupsView>

/** Request for lines of groups of runs. Only the largest groups are drawn, from the latest runs of each. */
export const bandsRequest = groupsRequest.omit({ columns: true, sort: true }).extend({
  metrics: z.array(z.string().min(1).max(LIMITS.nameCharsMax)).min(1).max(LIMITS.chartMetricsMax),
  buckets: z.int().min(1).max(1000).default(200),
})
/** Mean and spread of a metric over the runs of a group, with one entry per bucket in each list. */
const bandView = z.strictObject({
  keys: z.array(z.string().nullable()),
  metric: z.string(),
  /** Number of runs in the group, and of those whose points are in the line. */
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
/** Lines of groups of runs, and the number of all groups. */
export const bandsView = z.strictObject({ bands: z.array(bandView), groupCount: z.int() })
export type BandsView = z.output<typeof bandsView>

/**
 * A name, the number of runs that have it, and the number among the latest runs of the requested project; 0 without a
 * project.
 */
const nameCount = z.strictObject({ name: z.string(), count: z.int(), recent: z.int() })
/** Parameters that differ among some runs, the most common first, each with the number of these runs that have it. */
export const variedView = z.strictObject({
  params: z.array(z.strictObject({ name: z.string(), count: z.int() })),
  runs: z.int(),
})
export type VariedView = z.output<typeof variedView>

/** Names of parameters and metrics, for pickers. */
export const namesView = z.strictObject({ params: z.array(nameCount), metrics: z.array(nameCount) })
export type NamesView = z.output<typeof namesView>

/** Returns a logged number for a chart; null where it is not finite. */
export function toChartNumber(value: number | null): z.output<typeof chartNumber> {
  return value === null || !Number.isFinite(value) ? null : value
}

/**
 * Returns a computed number for a chart, rounded to twelve digits because the rest is rounding error; null where it is
 * not finite.
 */
export function toRoundedNumber(value: number | null): z.output<typeof chartNumber> {
  return value === null || !Number.isFinite(value) ? null : Number(value.toPrecision(12))
}
