import { AppError } from '../contract/errors.ts'
import type { RunPlan, SweepPlan } from '../contract/plan.ts'
import type { Problem } from '../contract/problems.ts'
import type { HostInfo } from '../contract/run.ts'
import type { CreateRunRequest, SubmitRequest } from '../contract/routes.ts'
import { encodeValue } from '../contract/values.ts'
import type { Ids, NewRun, Parts, Run, Store, Sweep } from '../core/ports.ts'
import { isMethodBuilt } from '../core/search/registry.ts'
import { SpecError } from '../core/spec/document.ts'
import { loadPlan } from '../core/spec/load.ts'
import type { Hints } from './hints.ts'

export interface SubmissionDeps {
  readonly store: Store
  readonly ids: Ids
  readonly hints: Hints
}

export type Submission = { readonly kind: 'run'; readonly run: Run } | { readonly kind: 'sweep'; readonly sweep: Sweep }

const SEED_MAX = 2 ** 31
const RUNNABLE_KINDS: readonly string[] = ['experiment', 'job']

/**
 * Compiles a document and records the run or sweep it describes; the engine starts it. The id is the client's, so a
 * repeated request finds what the first one made. Throws AppError `invalid_document` with every problem.
 */
export async function submit({ store, ids, hints }: SubmissionDeps, request: SubmitRequest): Promise<Submission> {
  const known = await findSubmission(store.read, request.id)
  if (known) return known
  const { plan, warnings } = compile(request)
  const refused = refusal(plan, request)
  if (refused) throw new AppError('invalid_document', { count: 1 }, { problems: [refused, ...warnings] })
  const planDigest = ids.digest(encodeValue(plan))
  const seed = Math.floor(ids.random() * SEED_MAX)
  const submission = await store.write(async (parts): Promise<Submission> => {
    // Of two requests that came at once the second finds what the first one made.
    const known = await findSubmission(parts, request.id)
    if (known) return known
    if (plan.kind === 'group')
      return { kind: 'sweep', sweep: await insertSweep(parts, { id: request.id, plan, planDigest, seed: plan.seed ?? seed, host: request.host }) }
    const run = { id: request.id, sweepId: null, trialIndex: null, plan, planDigest, host: request.host, actor: 'person', isExecuted: true } as const
    return { kind: 'run', run: await insertRun(parts, { ...run, phase: 'queued' }) }
  })
  if (submission.kind === 'sweep') hints.sweep(submission.sweep.id)
  else hints.scheduler()
  return submission
}

/** Records a run that a script started by itself: an attempt without an executor, known by what it sends. */
export async function createRun({ store, ids, hints }: SubmissionDeps, request: CreateRunRequest): Promise<Run> {
  const known = await store.read.runs.get(request.id)
  if (known) return known
  const plan = scriptPlan(request)
  const run = await store.write(async (parts) => {
    const known = await parts.runs.get(request.id)
    if (known) return known
    const created = await insertRun(parts, {
      id: request.id,
      sweepId: null,
      trialIndex: null,
      plan,
      planDigest: ids.digest(encodeValue(plan)),
      host: request.host ?? null,
      actor: 'person',
      isExecuted: false,
      phase: 'starting',
    })
    await parts.runs.transition(created, 'running', { attempts: 1, startedAt: created.createdAt })
    const attempt = { id: ids.uuid(), runId: created.id, n: 1, name: `script-${created.number}-1`, planDigest: created.planDigest, devices: [] }
    await parts.attempts.insert([attempt])
    await parts.attempts.markLaunched(attempt.id, { startedAt: created.createdAt, outputsPath: null })
    return created
  })
  hints.run(run.id)
  return run
}

async function findSubmission(parts: Parts, id: string): Promise<Submission | undefined> {
  const run = await parts.runs.get(id)
  if (run) return { kind: 'run', run }
  const sweep = await parts.sweeps.get(id)
  return sweep && { kind: 'sweep', sweep }
}

function compile(request: SubmitRequest) {
  try {
    return loadPlan(request.sources, request.params)
  } catch (error) {
    if (!(error instanceof SpecError)) throw error
    throw new AppError('invalid_document', { count: error.problems.length }, { problems: error.problems })
  }
}

/** What the language knows and nothing here can run yet: refused, never run as something else. */
function refusal(plan: RunPlan | SweepPlan, request: SubmitRequest): Problem | undefined {
  const at = { path: 'kind', file: request.sources[0]!.file, line: 1, column: 1 }
  if (plan.kind === 'group' && !isMethodBuilt(plan.method.name))
    return { ...at, code: 'method_not_built', args: { method: plan.method.name }, path: 'hptuning' }
  if (plan.kind !== 'group' && !RUNNABLE_KINDS.includes(plan.kind)) return { ...at, code: 'kind_not_built', args: { kind: plan.kind } }
  const hasCommand = plan.kind === 'group' ? plan.trial.cmd.length > 0 : plan.command !== null
  return hasCommand ? undefined : { ...at, code: 'run_required', args: {}, path: 'run' }
}

async function insertSweep(parts: Parts, sweep: { id: string; plan: SweepPlan; planDigest: string; seed: number; host: HostInfo }): Promise<Sweep> {
  const inserted = await parts.sweeps.insert(sweep)
  await parts.events.append([{ kind: 'sweep.created', actor: 'person', sweepId: inserted.id }])
  return inserted
}

async function insertRun(parts: Parts, run: NewRun): Promise<Run> {
  const [inserted] = await parts.runs.insert([run])
  await parts.events.append([{ kind: 'run.created', actor: run.actor, runId: inserted!.id }])
  return inserted!
}

function scriptPlan(request: CreateRunRequest): RunPlan {
  return {
    kind: request.kind,
    name: request.name ?? null,
    description: null,
    tags: [],
    logLevel: 'INFO',
    params: {},
    command: request.command ? { script: request.command, args: [], display: request.command } : null,
    placement: { resources: {}, nodeSelector: {}, maxRestarts: 0, timeoutMs: null, stopGraceMs: 0, unschedulable: 'wait' },
    build: null,
  }
}
