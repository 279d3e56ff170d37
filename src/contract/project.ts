import { z } from 'zod'

import { LIMITS } from './limits.ts'
import { moment } from './run.ts'

/** The project of runs and sweeps whose requests name no project. */
export const DEFAULT_PROJECT = { id: '00000000-0000-7000-8000-000000000001', name: 'default' } as const

/** A valid name of a project. */
export const projectName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'form_project_name')

/** Directions in which a metric is better: larger values (`maximize`) or smaller ones (`minimize`). */
export const DIRECTIONS = ['maximize', 'minimize'] as const
export type Direction = (typeof DIRECTIONS)[number]

/**
 * The content of a saved view of the run list: filter, sort order and columns. Columns are fields as filters write
 * them, such as `m.loss` and `p.lr`.
 */
export const savedViewDefinition = z.strictObject({
  filter: z.string().max(LIMITS.filterCharsMax).default(''),
  sort: z.string().max(LIMITS.nameCharsMax).default(''),
  columns: z.array(z.string().max(LIMITS.nameCharsMax)).max(100).default([]),
  /**
   * Query part of the dashboard's URL, which restores its whole run list. Other programs read the fields above instead.
   */
  address: z.string().max(LIMITS.viewAddressCharsMax).default(''),
})
export type SavedViewDefinition = z.output<typeof savedViewDefinition>

/** A saved view, with its name. */
export const savedViewView = savedViewDefinition.extend({ name: z.string(), createdAt: moment })
export type SavedViewView = z.output<typeof savedViewView>

/** A project. */
export const projectView = z.strictObject({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  /** Number of the project's runs outside the trash; for a project in the trash, of its runs in the trash. */
  runs: z.int(),
  /** Direction in which a metric is better, by metric name. Metrics without a set direction are absent. */
  directions: z.record(z.string(), z.enum(DIRECTIONS)),
  createdAt: moment,
  deletedAt: moment.nullable(),
})
export type ProjectView = z.output<typeof projectView>

/** Direction in which a metric of a project is better, by metric name. */
export type Directions = ProjectView['directions']
