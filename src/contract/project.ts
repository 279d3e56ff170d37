import { z } from 'zod'

import { LIMITS } from './limits.ts'
import { moment } from './run.ts'

/** The project of whatever names none. */
export const DEFAULT_PROJECT = { id: '00000000-0000-7000-8000-000000000001', name: 'default' } as const

export const projectName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, 'letters, digits, dots, dashes and underscores, at most 100')

export const DIRECTIONS = ['maximize', 'minimize'] as const
export type Direction = (typeof DIRECTIONS)[number]

/** What a list of runs shows, kept under a name. Columns are names as filters write them, such as `m.loss` and `p.lr`. */
export const viewDefinition = z.strictObject({
  filter: z.string().max(LIMITS.filterCharsMax).default(''),
  sort: z.string().max(LIMITS.nameCharsMax).default(''),
  columns: z.array(z.string().max(LIMITS.nameCharsMax)).max(100).default([]),
  /** All that the dashboard's list shows, as its address says it; other tools go by the fields above. */
  address: z.string().max(LIMITS.viewAddressCharsMax).default(''),
})
export type ViewDefinition = z.output<typeof viewDefinition>

export const viewView = viewDefinition.extend({ name: z.string(), createdAt: moment })
export type ViewView = z.output<typeof viewView>

export const projectView = z.strictObject({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  /** Runs and sweeps outside the trash. */
  runs: z.int(),
  /** Which way each metric is better. */
  directions: z.record(z.string(), z.enum(DIRECTIONS)),
  createdAt: moment,
  deletedAt: moment.nullable(),
})
export type ProjectView = z.output<typeof projectView>

/** Which way each metric of a project is better. */
export type Directions = ProjectView['directions']
