import { z } from 'zod'

import { LIMITS } from '../limits.ts'
import { sweepInsightView, sweepView } from '../sweep.ts'
import { accepted, changed, deriveRequest, flag, name, note, projectReference, submission, tags } from './shared.ts'
import type { RouteTable } from './route.ts'

/** Routes for existing sweeps. `submissionRoutes` creates sweeps from documents. */
export const sweepRoutes = {
  listSweeps: {
    needs: 'sweeps.read',
    summary: 'Sweeps, newest first.',
    query: z.strictObject({
      limit: z.coerce.number().int().min(1).max(LIMITS.runsPageMax).default(100),
      /** Lists only sweeps with a smaller number: that of the last sweep on the previous page. */
      before: z.coerce.number().int().min(1).optional(),
      project: projectReference.optional(),
      /** Text that the name of a sweep must contain, without regard to case. */
      name: z.string().min(1).max(LIMITS.nameCharsMax).optional(),
      trash: flag,
    }),
    answer: z.array(sweepView),
  },
  getSweep: {
    needs: 'sweeps.read',
    summary: 'One sweep with counts and its best trial.',
    answer: sweepView,
  },
  changeSweep: {
    needs: 'sweeps.write',
    summary: 'Changes name, note, tags or concurrency of a sweep; a new concurrency counts at once.',
    body: z.strictObject({
      name: name.nullable().optional(),
      note: note.nullable().optional(),
      tags: tags.optional(),
      concurrency: z.int().min(1).max(LIMITS.concurrencyMax).optional(),
    }),
    answer: sweepView,
  },
  deleteSweep: {
    needs: 'sweeps.write',
    summary: 'Puts a sweep and its trials into the trash; stops it first.',
    answer: changed,
  },
  restoreSweep: {
    needs: 'sweeps.write',
    summary: 'Takes a sweep and its trials out of the trash.',
    answer: changed,
  },
  stopSweep: {
    needs: 'sweeps.write',
    summary: 'Asks a sweep and its trials to stop; returns at once.',
    answer: accepted,
  },
  pauseSweep: {
    needs: 'sweeps.write',
    summary: 'Starts nothing more of a sweep and pauses its running trials; with `keepRunning` those go on.',
    body: z.strictObject({ keepRunning: z.boolean().default(false) }),
    answer: sweepView,
  },
  resumeSweep: {
    needs: 'sweeps.write',
    summary: 'Lets a paused sweep and its trials go on.',
    answer: sweepView,
  },
  getBeliefs: {
    needs: 'sweeps.read',
    summary: 'What the trials of a sweep say so far: its best, how much each parameter matters, what is left to gain.',
    answer: sweepInsightView,
  },
  extendSweep: {
    needs: 'sweeps.write',
    summary: 'Lets a sweep that runs or is done make so many trials more.',
    body: z.strictObject({ trials: z.int().min(1).max(LIMITS.trialsMax) }),
    answer: sweepView,
  },
  addPoint: {
    needs: 'sweeps.write',
    summary: 'Adds a point of the space by hand; one that was tried already is answered by its run.',
    body: z.strictObject({ params: z.record(z.string(), z.unknown()) }),
    answer: z.strictObject({ number: z.int(), isNew: z.boolean() }),
    isRefusedWhenFull: true,
  },
  restartSweep: {
    needs: 'sweeps.write',
    summary: 'Makes a new sweep from the same document.',
    body: deriveRequest,
    answer: submission,
    isIdempotentCreate: true,
    isRefusedWhenFull: true,
  },
  restartFailed: {
    needs: 'sweeps.write',
    summary: 'Runs the failed trials of a sweep again inside it, with the code they had or with other code.',
    body: deriveRequest.pick({ snapshot: true, host: true }),
    answer: changed,
    isRefusedWhenFull: true,
  },
} as const satisfies RouteTable
