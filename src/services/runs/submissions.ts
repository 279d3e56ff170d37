import { actorOf } from '../../core/access/caller.ts'
import type { Acting, Caller } from '../../core/access/caller.ts'
import { makesEnvironment } from '../../core/kinds.ts'
import { phrase } from '../../contract/fields.ts'
import { AppError } from '../../contract/errors.ts'
import type { Plan, RunPlan, SweepPlan } from '../../contract/plan.ts'
import type { Problem } from '../../contract/problems.ts'
import type { HostInfo } from '../../contract/run.ts'
import type { CreateRunRequest } from '../../contract/routes/runs.ts'
import type { SubmitRequest } from '../../contract/routes/submissions.ts'
import { encodeValue } from '../../contract/values.ts'
import type { Ids } from '../../core/ports/ids.ts'
import type { Stores, Store } from '../../core/ports/store.ts'
import type { NewRun, Run } from '../../core/records/run.ts'
import type { NewSweep, Sweep } from '../../core/records/sweep.ts'
import type { Compiler } from '../../core/language/compiler.ts'
import { SpecError } from '../../core/language/document.ts'
import { unrunnableReason } from '../../core/language/runnable.ts'
import { createOnce } from '../creations.ts'
import type { Creation } from '../creations.ts'
import { claimBuild } from '../environments.ts'
import type { Nudges } from '../../core/ports/nudges.ts'
import { earlierTrials } from '../sweeps/sweep-trials.ts'
import { findProject } from '../lookup.ts'

export interface SubmissionDeps extends Acting {
  readonly store: Store
  readonly ids: Ids
  readonly nudges: Nudges
  readonly compiler: Compiler
  /**
   * Adds the command that builds the environment to the plan of a `kind: build` document. Returns the plan with the
   * hash of the environment.
   */
  readonly planBuild: (
    plan: RunPlan,
    place: { host: HostInfo; snapshot: string | null; id: string },
  ) => Promise<{ plan: RunPlan; hash: string }>
}

/** The result of submitting a document: a sweep for `kind: group`, a run for any other kind. */
export type Submission = { readonly kind: 'run'; readonly run: Run } | { readonly kind: 'sweep'; readonly sweep: Sweep }

const SEED_MAX = 2 ** 31

/**
 * Compiles a document and stores the run or sweep that it describes; the engine starts it. A repeated request returns
 * what the first one created. Throws AppError `invalid_document` with all problems of the document, and `not_found` for
 * a project or snapshot.
 */
export async function submit(deps: SubmissionDeps, request: SubmitRequest, creation: Creation): Promise<Submission> {
  const { store, ids, by } = deps

  const { plan } = await withDocumentErrors(() => deps.compiler.load(request.sources, request.params ?? {}))
  const refused = problemOfPlan(plan, request)
  if (refused) throw new AppError('invalid_document', { count: 1 }, { problems: [refused] })

  const place = await findPlace(deps, request)
  const document = { sources: request.sources, params: request.params ?? {} }
  const documentDigest = ids.digest(JSON.stringify(document))
  const host = withChanges(request, ids)

  const prepared =
    plan.kind !== 'group' && makesEnvironment(plan)
      ? await deps.planBuild(plan, { host, snapshot: place.snapshot, id: creation.id })
      : { plan, hash: undefined }

  const earlier = plan.kind === 'group' ? await earlierTrials(store, plan) : []
  const common = { id: creation.id, planDigest: ids.digest(encodeValue(prepared.plan)), host, documentDigest, ...place }

  const submission = await store.write((stores) =>
    createOnce(stores, creation, {
      find: () => findSubmission(stores, creation.id),
      make: async (): Promise<Submission> => {
        await stores.documents.put(documentDigest, document)
        if (request.changes)
          await stores.documents.put(host.git!.diff!, {
            sources: [{ file: 'changes.diff', text: request.changes }],
            params: {},
          })
        if (plan.kind === 'group')
          return {
            kind: 'sweep',
            sweep: await insertSweep(stores, by, {
              ...common,
              plan: withRequestedName(plan, request),
              seed: plan.seed ?? Math.floor(ids.random() * SEED_MAX),
              earlierTrials: earlier,
            }),
          }

        const run = await insertRun(stores, {
          ...common,
          sweepId: null,
          trialIndex: null,
          plan: prepared.plan as RunPlan,
          actor: actorOf(by),
          isExecuted: true,
          phase: 'queued',
          ...(prepared.hash !== undefined && { environment: prepared.hash }),
          ...(request.name !== undefined && { name: request.name }),
          ...(request.note !== undefined && { note: request.note }),
          ...(request.tags !== undefined && { tags: request.tags }),
        })

        if (makesEnvironment(run.plan)) await claimBuild(stores, run)
        return { kind: 'run', run }
      },
    }),
  )

  nudgeFor(deps, submission)
  return submission
}

/**
 * Returns the project id and the snapshot digest of a submission; `snapshot` is null without code. Throws AppError
 * `not_found`.
 */
async function findPlace(
  { store, by }: SubmissionDeps,
  request: SubmitRequest,
): Promise<{ projectId: string; snapshot: string | null }> {
  const project = await findProject(store.read, by, request.project)

  const latest = request.latestSnapshot ? await store.read.snapshots.findLatest(project.id) : undefined
  if (request.latestSnapshot && latest === undefined)
    throw new AppError('not_found', { what: phrase('thing_code', { name: project.name }) })

  const snapshot = latest ?? request.snapshot ?? null
  if (snapshot !== null && !(await store.read.snapshots.get(snapshot)))
    throw new AppError('not_found', { what: phrase('thing_snapshot', { name: snapshot }) })
  return { projectId: project.id, snapshot }
}

/**
 * Returns the host information with the digest of `changes`, the diff of the code to its commit. `submit` stores the
 * diff under this digest.
 */
function withChanges({ host, changes }: SubmitRequest, ids: Ids): HostInfo {
  return host.git && changes ? { ...host, git: { ...host.git, diff: ids.digest(changes) } } : host
}

function withRequestedName(plan: SweepPlan, { name, note, tags }: SubmitRequest): SweepPlan {
  return { ...plan, name: name ?? plan.name, description: note ?? plan.description, tags: tags ?? plan.tags }
}

function nudgeFor({ nudges }: Pick<SubmissionDeps, 'nudges'>, submission: Submission): void {
  if (submission.kind === 'sweep') return nudges.sweep(submission.sweep.id)
  nudges.run(submission.run.id)
  nudges.scheduler()
}

/**
 * Stores a run that a person's script started without the server. The run has one attempt without an executor. Its
 * phase changes only by the tracking records that the script sends, or by their absence.
 */
export async function createRun(
  deps: Pick<SubmissionDeps, 'store' | 'ids' | 'nudges' | 'by'>,
  request: CreateRunRequest,
  creation: Creation,
): Promise<Run> {
  const { store, ids, nudges, by } = deps
  const plan = scriptPlan(request)
  const project = await findProject(store.read, by, request.project)

  const run = await store.write((stores) =>
    createOnce(stores, creation, {
      find: () => stores.runs.get(creation.id),
      make: async () => {
        const created = await insertRun(stores, {
          id: creation.id,
          sweepId: null,
          trialIndex: null,
          plan,
          planDigest: ids.digest(encodeValue(plan)),
          host: request.host ?? null,
          actor: actorOf(by),
          isExecuted: false,
          phase: 'starting',
          projectId: project.id,
        })

        await stores.runs.transition(created, 'running', { attemptCount: 1, startedAt: created.createdAt })
        const attempt = {
          id: ids.uuid(),
          runId: created.id,
          n: 1,
          name: `script-${created.number}-1`,
          planDigest: created.planDigest,
          devices: [],
        }

        await stores.attempts.insert([attempt])
        await stores.attempts.markLaunched(attempt.id, { startedAt: created.createdAt, outputsPath: null })
        return created
      },
    }),
  )

  nudges.run(run.id)
  return run
}

async function findSubmission(stores: Stores, id: string): Promise<Submission | undefined> {
  const run = await stores.runs.get(id)
  if (run) return { kind: 'run', run }
  const sweep = await stores.sweeps.get(id)
  return sweep && { kind: 'sweep', sweep }
}

/**
 * Calls `work`, which compiles a document, and returns its result. Throws AppError `invalid_document` with all problems
 * if the document is invalid.
 */
export async function withDocumentErrors<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof SpecError)) throw error
    throw new AppError('invalid_document', { count: error.problems.length }, { problems: error.problems })
  }
}

/**
 * Returns the problem of a plan that this server cannot run as written; undefined if it can. The submission of such a
 * plan is refused.
 */
function problemOfPlan(plan: Plan, request: SubmitRequest): Problem | undefined {
  const refused = unrunnableReason(plan)
  return refused && { ...refused, path: refused.path.join('.'), file: request.sources[0]!.file, line: 1, column: 1 }
}

async function insertSweep(stores: Stores, by: Caller, sweep: NewSweep): Promise<Sweep> {
  const inserted = await stores.sweeps.insert(sweep)
  const { objective } = sweep.plan
  const known = objective && (await stores.projects.listDirections(inserted.projectId)).has(objective.metric)

  // The first sweep of a project with this metric sets the direction of the metric in the project.
  if (objective && !known)
    await stores.projects.setDirection(inserted.projectId, objective.metric, objective.optimization)

  await stores.events.append([{ kind: 'sweep.created', actor: actorOf(by), sweepId: inserted.id }])
  return inserted
}

/** Stores a run and its event `run.created`. */
export async function insertRun(stores: Stores, run: NewRun): Promise<Run> {
  const [inserted] = await stores.runs.insert([run])
  await stores.events.append([{ kind: 'run.created', actor: run.actor, runId: inserted!.id }])
  return inserted!
}

/** Returns the plan of a run started by hand: it has no resources, timeout or environment. */
function scriptPlan(request: CreateRunRequest): RunPlan {
  return {
    kind: request.kind ?? 'experiment',
    name: request.name ?? null,
    description: null,
    tags: [],
    logLevel: 'INFO',
    params: {},
    command: request.command ? { script: request.command, args: [], display: request.command } : null,
    placement: {
      resources: {},
      nodeSelector: {},
      maxRestarts: 0,
      timeoutMs: null,
      stopGraceMs: 0,
      unschedulable: 'wait',
    },
    build: null,
    references: { secrets: [], configs: [] },
  }
}
