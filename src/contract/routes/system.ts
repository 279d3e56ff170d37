import { z } from 'zod'

import type { Detail } from '../messages/messages.ts'
import { accepted, flag } from './shared.ts'
import type { RouteTable } from './route.ts'

/** Result of one check by `hagane doctor`, such as of the disk or the database. */
const doctorCheck = z.strictObject({ name: z.string(), isOk: z.boolean(), detail: z.string() })

export type DoctorCheck = z.output<typeof doctorCheck>

/** A `DoctorCheck` whose detail may still be a phrase without a language. */
export type DoctorFinding = Omit<DoctorCheck, 'detail'> & { readonly detail: string | Detail }

/** Routes for the server itself. */
export const systemRoutes = {
  health: {
    needs: 'public',
    summary: 'Says that the server answers, and its version.',
    answer: z.strictObject({ name: z.literal('hagane'), version: z.string(), status: z.literal('ok') }),
  },
  openapi: {
    needs: 'public',
    summary: 'This description.',
    answer: z.record(z.string(), z.unknown()),
  },
  doctor: {
    needs: 'server.read',
    summary: 'Checks what the server stands on: disk, database, interpreters; with `deep` also the stored files.',
    query: z.strictObject({ deep: flag }),
    answer: z.array(doctorCheck),
  },
  getLanguage: {
    needs: 'documents.check',
    summary: 'JSON Schema of documents, one alternative per kind.',
    answer: z.record(z.string(), z.unknown()),
  },
  resolve: {
    needs: 'runs.read',
    summary: 'Says whether a number is a run or a sweep.',
    answer: z.strictObject({ kind: z.enum(['run', 'sweep']), number: z.int() }),
  },
  shutdown: {
    needs: 'server.manage',
    summary: 'Stops the server; runs go on.',
    answer: accepted,
  },
} as const satisfies RouteTable
