import { z } from 'zod'

import {
  bandsRequest,
  bandsView,
  countsView,
  groupsRequest,
  groupsView,
  namesView,
  seriesRequest,
  seriesView,
  slotsView,
  trialsView,
  variedView,
} from '../charts.ts'
import { runOrSweepReference } from '../ids.ts'
import { LIMITS } from '../limits.ts'
import { filterText, flag, projectReference } from './shared.ts'
import type { RouteTable } from './route.ts'

/** Routes that return the data of charts and tables. */
export const chartRoutes = {
  countRuns: {
    needs: 'runs.read',
    summary: 'How many runs match a filter, by phase.',
    query: z.strictObject({
      filter: filterText.optional(),
      project: projectReference.optional(),
      sweep: runOrSweepReference.optional(),
      trash: flag,
    }),
    answer: countsView,
  },
  groupRuns: {
    needs: 'runs.read',
    summary: 'Runs that match a filter, together by some of their fields, with mean and deviation of others.',
    body: groupsRequest,
    answer: groupsView,
  },
  listNames: {
    needs: 'runs.read',
    summary:
      'Names of parameters and metrics, with how many runs have each; first those that the latest runs of a project have.',
    query: z.strictObject({ project: projectReference.optional() }),
    answer: namesView,
  },
  listVaried: {
    needs: 'runs.read',
    summary: 'Parameters that do not have one and the same value in all runs that match.',
    query: z.strictObject({
      filter: z.string().max(LIMITS.filterCharsMax).optional(),
      project: projectReference.optional(),
      trash: flag,
    }),
    answer: variedView,
  },
  getSeries: {
    needs: 'runs.read',
    summary:
      'Several metrics of several runs as lines of a bounded number of buckets. A run that lacks a metric has no line.',
    body: seriesRequest,
    answer: z.array(seriesView),
  },
  getBands: {
    needs: 'runs.read',
    summary:
      'Several metrics of groups of runs as lines of their means, with deviation, minimum and maximum on buckets that all lines of a metric share.',
    body: bandsRequest,
    answer: bandsView,
  },
  getSlots: {
    needs: 'runs.read',
    summary: 'Places of the machine that executes runs, and who uses them.',
    answer: slotsView,
  },
  getTrials: {
    needs: 'sweeps.read',
    summary: 'All trials of a sweep, column by column: parameters, values, rungs, times.',
    answer: trialsView,
  },
} as const satisfies RouteTable
