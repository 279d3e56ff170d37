import { actorOf } from '../../core/access/caller.ts'
import { makesEnvironment } from '../../core/kinds.ts'
import { phrase } from '../../contract/fields.ts'
import { AppError } from '../../contract/errors.ts'
import type { RunPlan } from '../../contract/plan.ts'
import { isTerminal } from '../../contract/phases.ts'
import type { DeriveRequest } from '../../contract/routes/shared.ts'
import type { SubmitRequest } from '../../contract/routes/submissions.ts'
import { encodeValue } from '../../contract/values.ts'
import { compileChangedTrial } from '../../core/language/compile.ts'
import type { Stores } from '../../core/ports/store.ts'
import type { NewRun, Origin, Run } from '../../core/records/run.ts'
import type { Sweep } from '../../core/records/sweep.ts'
import { refuseTrashedProject } from './controls.ts'
import { refuseOpenWriter } from '../outputs.ts'
import { createOnce } from '../creations.ts'
import type { Creation } from '../creations.ts'
import { claimBuild } from '../environments.ts'
import { withDocumentErrors, insertRun, submit } from './submissions.ts'
import type { Submission, SubmissionDeps } from './submissions.ts'

/**
 * Creates a new run from the document of another one: `restarts` begins with empty outputs, `copies` with a copy of the
 * other run's outputs, and `resumes` writes to the other run's outputs. Throws AppError `conflict` for a run without a
 * command, and for copying or resuming a run that has not ended.
 */
export async function deriveRun(
  deps: SubmissionDeps,
  run: Run,
  kind: Origin['kind'],
  derivation: Derivation,
): Promise<Run> {
  if (kind !== 'restarts' && !isTerminal(run.phase))
    throw new AppError('conflict', { detail: phrase('run_open', { run: run.number }) })

  const { request, creation } = derivation
  const work = withoutRung(kind, run, await planWork(deps, run, derivation))

  const fresh: NewRun = {
    ...work,
    id: creation.id,
    sweepId: null,
    trialIndex: null,
    planDigest: deps.ids.digest(encodeValue(work.plan)),
    actor: actorOf(deps.by),
    isExecuted: true,
    phase: 'queued',
    projectId: run.projectId,
    name: request.name ?? run.name,
    note: request.note ?? run.note,
    tags: request.tags ?? run.tags,
    documentDigest: run.documentDigest,
    origin: { kind, runId: run.id },
    ...(kind === 'resumes' && { outputsOwnerNumber: run.outputsOwnerNumber }),
  }

  const derived = await deps.store.write((stores) =>
    createOnce(stores, creation, {
      find: () => stores.runs.get(creation.id),
      make: async () => {
        await refuseRemoved(stores, run)
        if (kind === 'resumes') await refuseOpenWriter(stores, run)
        const made = await insertRun(stores, fresh)
        if (makesEnvironment(made.plan)) await claimBuild(stores, made)
        return made
      },
    }),
  )

  deps.nudges.run(derived.id)
  deps.nudges.scheduler()
  return derived
}

/**
 * Removes the rung from a plan, because a run outside a sweep does not wait at rungs. The rung stays, as the last one,
 * if a trial that started over at each rung is copied or resumed, because such a trial has separate files for each
 * rung.
 */
function withoutRung<T extends { readonly plan: RunPlan }>(
  kind: Origin['kind'],
  { plan: { rung: reached } }: Run,
  work: T,
): T {
  const { rung: _, ...plan } = work.plan
  const isKept = kind !== 'restarts' && reached?.startsOver === true
  return { ...work, plan: isKept ? { ...plan, rung: { ...reached, isLast: true, firstAttempt: 1 } } : plan }
}

/** Returns the plan, submitting machine, code and environment of a derived run. */
async function planWork(
  deps: SubmissionDeps,
  run: Run,
  { request, creation }: Derivation,
): Promise<Pick<NewRun, 'plan' | 'host' | 'snapshot' | 'environment'>> {
  const plan = await planAgain(deps, run, request)
  const host = request.host ?? run.host
  const snapshot = request.snapshot ?? run.snapshot

  if (request.snapshot && !(await deps.store.read.snapshots.get(request.snapshot)))
    throw new AppError('not_found', { what: phrase('thing_snapshot', { name: request.snapshot }) })

  if (makesEnvironment(plan) && host !== null) {
    const prepared = await deps.planBuild(plan, { host, snapshot, id: creation.id })
    return { plan: prepared.plan, environment: prepared.hash, host, snapshot }
  }

  if (plan.command === null || host === null)
    throw new AppError('conflict', { detail: phrase('run_by_hand', { run: run.number }) })
  return { plan, host, snapshot }
}

/** Throws AppError `conflict` if the run's project is in the trash, and `not_found` if the run has been removed. */
async function refuseRemoved(stores: Stores, run: Run): Promise<void> {
  await refuseTrashedProject(stores, run.projectId)
  const now = await stores.runs.get(run.id)
  if (!now || now.purgedAt !== null)
    throw new AppError('not_found', { what: phrase('thing_run', { name: run.number }) })
}

/** A request to derive a run or a sweep from another one: the requested changes, and the id of the new run or sweep. */
export interface Derivation {
  readonly request: DeriveRequest
  readonly creation: Creation
}

/**
 * Returns the plan for a derived run: the plan of the original run, or a newly compiled plan if the request contains
 * sources or parameters. Throws AppError `conflict` for a change that is not possible.
 */
async function planAgain(deps: SubmissionDeps, run: Run, request: DeriveRequest): Promise<RunPlan> {
  const { sources = [], params = {} } = request
  if (sources.length === 0 && Object.keys(params).length === 0) return run.plan
  if (run.sweepId !== null) return await planTrialAgain(deps, run, request)

  const document = run.documentDigest === null ? undefined : await deps.store.read.documents.get(run.documentDigest)
  if (!document) throw new AppError('conflict', { detail: phrase('document_run', { run: run.number }) })
  const { plan } = await withDocumentErrors(() =>
    deps.compiler.load([...document.sources, ...sources], { ...document.params, ...params }),
  )

  if (plan.kind !== 'group') return plan
  if (sources.length > 0) throw new AppError('conflict', { detail: phrase('run_no_group') })
  // This run was derived from a trial, so its plan is the sweep's template at the trial's point.
  return await withDocumentErrors(() => compileChangedTrial(plan, run.plan.params, params))
}

/**
 * Compiles the plan of a trial with changed parameters. Throws AppError `conflict` for additional sources, because
 * everything but the parameters comes from the sweep's template.
 */
async function planTrialAgain(
  { store }: SubmissionDeps,
  run: Run,
  { sources = [], params = {} }: DeriveRequest,
): Promise<RunPlan> {
  if (sources.length > 0) throw new AppError('conflict', { detail: phrase('run_trial', { run: run.number }) })

  const sweep = await store.read.sweeps.get(run.sweepId!)
  if (!sweep) throw new AppError('not_found', { what: phrase('thing_sweep_of', { run: run.number }) })
  return await withDocumentErrors(() => compileChangedTrial(sweep.plan, run.plan.params, params))
}

/**
 * Submits the document of a sweep again. Requested sources and parameters are merged over those of the document. Throws
 * AppError `conflict` for a sweep without a stored document.
 */
export async function restartSweep(
  deps: SubmissionDeps,
  sweep: Sweep,
  { request, creation }: Derivation,
): Promise<Submission> {
  const document = sweep.documentDigest === null ? undefined : await deps.store.read.documents.get(sweep.documentDigest)
  if (!document) throw new AppError('conflict', { detail: phrase('document_sweep', { sweep: sweep.number }) })

  const again: SubmitRequest = {
    sources: [...document.sources, ...(request.sources ?? [])],
    params: { ...document.params, ...request.params },
    host: request.host ?? sweep.host,
    project: sweep.projectId,
    snapshot: request.snapshot ?? sweep.snapshot,
    ...(request.name !== undefined && { name: request.name }),
    ...(request.note !== undefined && { note: request.note }),
    ...(request.tags !== undefined && { tags: request.tags }),
  }

  return await submit(deps, again, creation)
}
