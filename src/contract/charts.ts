import { z } from 'zod'

import { LIMITS } from './limits.ts'
import { BEST_BY } from './measure.ts'
import { moment } from './run.ts'
import { RUN_PHASES } from './phases.ts'

/** A value on a chart: null for what is no finite number. */
const mark = z.number().nullable()

/** A part of the x axis: steps, seconds since the first point of each line, or seconds since 1970. */
const chartRange = z.strictObject({ axis: z.enum(['step', 'relative', 'wall']), from: z.number(), to: z.number() })
export type ChartRange = z.output<typeof chartRange>

export const seriesRequest = z.strictObject({
  runs: z.array(z.int().min(1)).min(1).max(LIMITS.chartRunsMax),
  metrics: z.array(z.string().min(1).max(LIMITS.nameCharsMax)).min(1).max(LIMITS.chartMetricsMax),
  buckets: z.int().min(1).max(1000).default(500),
  /** Only what lies in it, with a point on either side, in buckets as fine as that allows. */
  range: chartRange.optional(),
})

/** One line of a chart, bucket by bucket: the steps up to which they reach, and what their points came to. */
export const seriesView = z.strictObject({
  run: z.int(),
  metric: z.string(),
  step: z.array(z.number()),
  last: z.array(mark),
  min: z.array(mark),
  max: z.array(mark),
  /** Milliseconds since 1970 of the last point of each bucket. */
  time: z.array(z.number()),
  /** The same of the first point of the whole series. */
  startTime: z.number(),
  /** Points in the buckets together, and how many of them are NaN, whatever the buckets show of them. */
  points: z.int(),
  nans: z.int(),
})
export type SeriesView = z.output<typeof seriesView>

/** One searched parameter as a chart draws it. */
const axisView = z.strictObject({
  name: z.string(),
  scale: z.enum(['linear', 'log', 'category']),
  /** Ends of the space; null for one without an end, and for categories. */
  low: z.number().nullable(),
  high: z.number().nullable(),
  /** Texts of the categories, in the order of the document. */
  categories: z.array(z.string()),
  isConditional: z.boolean(),
})
export type AxisView = z.output<typeof axisView>

/** All trials of a sweep, column by column, in the order of their indices. */
export const trialsView = z.strictObject({
  metric: z.string().nullable(),
  optimization: z.enum(['maximize', 'minimize']).nullable(),
  /** Which value of the metric stands for a trial. */
  bestBy: z.enum(BEST_BY),
  axes: z.array(axisView),
  /** Amounts of the resource at each rung, lowest first, of sweeps that have rungs. */
  rungs: z
    .strictObject({ resource: z.string(), amounts: z.array(z.number()), form: z.enum(['promotion', 'stopping']) })
    .nullable(),
  index: z.array(z.int()),
  number: z.array(z.int()),
  phase: z.array(z.enum(RUN_PHASES)),
  reason: z.array(z.string().nullable()),
  rung: z.array(z.int()),
  /** Value of the metric: its last, lowest or highest. */
  value: z.array(mark),
  /** Whether the trial logged the metric, and its value is NaN or an infinity. */
  isOdd: z.array(z.boolean()),
  startedAt: z.array(moment.nullable()),
  endedAt: z.array(moment.nullable()),
  /** Values of each searched parameter; null where a trial has none. */
  params: z.record(z.string(), z.array(z.unknown())),
  /** Results at rungs in the order of their arrival. */
  reached: z.array(z.strictObject({ index: z.int(), rung: z.int(), value: mark })),
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

/** Places on the machine that executes runs. */
export const slotsView = z.strictObject({
  places: z.int(),
  used: z.int(),
  devices: z.array(z.strictObject({ name: z.string(), isUsed: z.boolean() })),
})
export type SlotsView = z.output<typeof slotsView>

export const countsView = z.strictObject({ phases: z.partialRecord(z.enum(RUN_PHASES), z.int()), total: z.int() })
export type CountsView = z.output<typeof countsView>

/** Runs together by some of their fields; columns are fields with numbers. */
export const groupsRequest = z.strictObject({
  filter: z.string().max(LIMITS.filterCharsMax).optional(),
  project: z.string().max(100).optional(),
  /** Runs of the trash instead. */
  trash: z.boolean().optional(),
  by: z.array(z.string().min(1).max(LIMITS.nameCharsMax)).min(1).max(LIMITS.groupFieldsMax),
  columns: z.array(z.string().min(1).max(LIMITS.nameCharsMax)).max(LIMITS.groupFieldsMax).default([]),
  /** The order: `n`, one of `by`, or the mean of one of `columns`; a `-` before it puts the greatest first. Default: `-n`. Groups without the key come last. */
  sort: z
    .string()
    .min(1)
    .max(LIMITS.nameCharsMax + 1)
    .optional(),
})
const spread = z.strictObject({ n: z.int(), mean: mark, sd: mark, min: mark, max: mark })
export const groupsView = z.strictObject({
  /** In the order that was asked for, so many at most. */
  groups: z.array(
    z.strictObject({ keys: z.array(z.string().nullable()), n: z.int(), values: z.array(spread.nullable()) }),
  ),
  /** Groups and runs there are. */
  groupCount: z.int(),
  runCount: z.int(),
})
export type GroupsView = z.output<typeof groupsView>

/** Lines of groups of runs: of the largest groups, and of the latest runs of each. */
export const bandsRequest = groupsRequest.omit({ columns: true, sort: true }).extend({
  metrics: z.array(z.string().min(1).max(LIMITS.nameCharsMax)).min(1).max(LIMITS.chartMetricsMax),
  buckets: z.int().min(1).max(1000).default(200),
})
const bandView = z.strictObject({
  keys: z.array(z.string().nullable()),
  metric: z.string(),
  /** Runs of the group, and how many of them have points and are in the line. */
  runs: z.int(),
  drawn: z.int(),
  step: z.array(z.number()),
  mean: z.array(mark),
  sd: z.array(mark),
  min: z.array(mark),
  max: z.array(mark),
  n: z.array(z.int()),
})
export type BandView = z.output<typeof bandView>
export const bandsView = z.strictObject({ bands: z.array(bandView), groupCount: z.int() })
export type BandsView = z.output<typeof bandsView>

/** A name, how many runs have it, and how many of the latest runs of the project that was asked for; 0 where none was. */
const nameCount = z.strictObject({ name: z.string(), count: z.int(), recent: z.int() })
/** Parameters that differ among some runs, the commonest first, each with how many of the runs have it. */
export const variedView = z.strictObject({
  params: z.array(z.strictObject({ name: z.string(), count: z.int() })),
  runs: z.int(),
})
export type VariedView = z.output<typeof variedView>

export const namesView = z.strictObject({ params: z.array(nameCount), metrics: z.array(nameCount) })
export type NamesView = z.output<typeof namesView>

/** What was logged, as it was; null for what is no finite number. */
export function toMark(value: number | null): z.output<typeof mark> {
  return value === null || !Number.isFinite(value) ? null : value
}

/** What was computed, to twelve digits: what lies beyond is noise of the arithmetic. null for what is no finite number. */
export function toFigure(value: number | null): z.output<typeof mark> {
  return value === null || !Number.isFinite(value) ? null : Number(value.toPrecision(12))
}
