import { phrase } from '../contract/fields.ts'
import { AppError } from '../contract/errors.ts'
import { LIMITS } from '../contract/limits.ts'
import type { Detail, ReasonCode } from '../contract/messages/messages.ts'
import type { RunPlan } from '../contract/plan.ts'
import { isTerminal } from '../contract/phases.ts'
import type { HostInfo } from '../contract/run.ts'
import type { Manifest } from '../contract/snapshot.ts'
import { encodeValue } from '../contract/values.ts'
import { environmentText } from '../core/environment-hash.ts'
import type { CodeFolder } from '../core/environment-hash.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { CodeStore } from '../core/ports/code-store.ts'
import type { EnvironmentBuilder } from '../core/ports/environment-builder.ts'
import type { Ids } from '../core/ports/ids.ts'
import type { Logger } from '../core/ports/logger.ts'
import type { Stores, Store } from '../core/ports/store.ts'
import type { EnvironmentRecord } from '../core/records/environment.ts'
import type { NewRun, Run } from '../core/records/run.ts'
import { forEachIsolated } from './for-each-isolated.ts'
import type { Nudges } from '../core/ports/nudges.ts'
import { StaleError } from '../core/stale-error.ts'
import { readManifest } from './code/snapshots.ts'

export interface EnvironmentDeps {
  readonly store: Store
  readonly code: CodeStore
  readonly builder: EnvironmentBuilder
  readonly ids: Ids
  readonly clock: Clock
  readonly nudges: Nudges
  /** Opens a folder of this machine to read its files. */
  readonly openFolder: (path: string) => CodeFolder
}

/**
 * Whether the environment of a run is ready. `build` is the number of the run that builds the environment; `detail`
 * explains a failure.
 */
export type Preparation =
  | { readonly state: 'ready' }
  | { readonly state: 'building'; readonly build: number }
  | { readonly state: 'failed'; readonly reason: ReasonCode; readonly detail: string | Detail }

/**
 * Finds the environment that a queued run needs. Creates a run that builds the environment if no run does. The row of
 * the environment is the lock: of several runs that need it, the first creates the build and the others wait. An
 * environment whose build failed before the run was submitted is built again.
 */
export async function prepareEnvironment(deps: EnvironmentDeps, run: Run): Promise<Preparation> {
  const hash = run.environment ?? (await hashFor(deps, { ...run, id: run.sweepId ?? run.id }))
  if (hash === undefined) return { state: 'failed', reason: 'PythonMissing', detail: '' }

  return await deps.store.write(async (stores) => {
    const environment = await stores.environments.get(hash)
    const build = environment && (await stores.runs.get(environment.buildRunId))
    // If the run has been changed since it was read, `hash` may belong to other code or another Python.
    if ((await stores.runs.get(run.id))?.version !== run.version) throw new StaleError(`run ${run.number}`)
    if (run.environment === null) await stores.runs.annotate(run, { environment: hash })

    if (environment?.state === 'ready') return await useReady(deps, stores, environment)
    if (environment?.state === 'building' && build && !isTerminal(build.phase))
      return { state: 'building', build: build.number }
    if (environment?.state === 'failed' && build && build.createdAt >= (await submittedAt(stores, run)))
      return toFailure(build)

    const started = await startBuild(deps, stores, run, hash)
    return { state: 'building', build: started.number }
  })
}

/**
 * Returns the time at which a person requested the run; for a trial that was not restarted, the time at which its sweep
 * was submitted. A build that failed after that time is not repeated, so that one failed build counts for all trials of
 * a sweep.
 */
async function submittedAt(stores: Stores, { sweepId, createdAt, rerunCount }: Run): Promise<number> {
  return (sweepId === null || rerunCount > 0 ? undefined : (await stores.sweeps.get(sweepId))?.createdAt) ?? createdAt
}

async function useReady({ clock }: EnvironmentDeps, stores: Stores, { hash }: EnvironmentRecord): Promise<Preparation> {
  await stores.environments.update(hash, { lastUsedAt: clock.now() })
  return { state: 'ready' }
}

function toFailure(build: Run): Preparation {
  const lines = build.ending?.evidence.lastLines?.trim().split('\n') ?? []
  // Prefers the last line that a build step printed, such as pip's error, to the line that the build script adds.
  const last = lines.findLast((line) => !line.startsWith('hagane: ')) ?? lines.at(-1)
  const isStopped = build.phase === 'stopped'
  return {
    state: 'failed',
    reason: build.ending?.evidence.exitCode === NO_VENV_STATUS ? 'VenvMissing' : 'BuildFailed',
    detail: isStopped ? phrase('build_stopped', { build: build.number }) : `#${build.number}${last ? `: ${last}` : ''}`,
  }
}

/** Exit status of a build on a machine whose Python has no `venv` module. */
const NO_VENV_STATUS = 97

async function startBuild(deps: EnvironmentDeps, stores: Stores, run: Run, hash: string): Promise<Run> {
  const plan = toBuildPlan(deps, run, hash)

  const build: NewRun = {
    id: deps.ids.uuid(),
    sweepId: null,
    trialIndex: null,
    plan,
    planDigest: deps.ids.digest(encodeValue(plan)),
    host: run.host,
    actor: 'platform',
    isExecuted: true,
    phase: 'queued',
    projectId: run.projectId,
    snapshot: run.snapshot,
    environment: hash,
  }

  const [started] = await stores.runs.insert([build])
  await stores.environments.putBuilding({ hash, buildRunId: build.id, python: run.host!.python!.version })
  await stores.events.append([
    { kind: 'run.created', actor: 'platform', runId: build.id },
    { kind: 'environment.building', actor: 'platform', runId: build.id, data: { hash } },
  ])

  deps.nudges.scheduler()
  return started!
}

function toBuildPlan(deps: EnvironmentDeps, run: Run, hash: string): RunPlan {
  return withBuildCommand(deps, hash, run.host!, {
    kind: 'build',
    name: null,
    description: null,
    tags: [],
    logLevel: 'INFO',
    params: {},
    command: null,
    placement: { ...run.plan.placement, resources: {}, maxRestarts: 0, timeoutMs: null },
    build: run.plan.build,
    references: run.plan.references,
  })
}

function withBuildCommand(
  { builder }: Pick<EnvironmentDeps, 'builder'>,
  hash: string,
  host: HostInfo,
  plan: RunPlan,
): RunPlan {
  return {
    ...plan,
    command: builder.toBuildCommand({ hash, python: host.python!.executable, steps: plan.build?.steps ?? [] }),
  }
}

/**
 * Adds the command that builds the environment to the plan of a `kind: build` document, and returns the plan with the
 * hash of the environment. Throws AppError `conflict` if the submitting machine has no Python.
 */
export async function planBuild(
  deps: EnvironmentDeps,
  plan: RunPlan,
  { host, snapshot, id }: { host: HostInfo; snapshot: string | null; id: string },
): Promise<{ plan: RunPlan; hash: string }> {
  const hash = await hashFor(deps, { host, snapshot, id, plan })
  if (hash === undefined) throw new AppError('conflict', { detail: phrase('no_python') })
  return { hash, plan: withBuildCommand(deps, hash, host, plan) }
}

/**
 * Records the run of a `kind: build` document as the build of its environment, unless the environment is ready or
 * another run is building it.
 */
export async function claimBuild(stores: Stores, run: Run): Promise<void> {
  const environment = await stores.environments.get(run.environment!)
  if (environment?.state === 'building' || environment?.state === 'ready') return
  await stores.environments.putBuilding({
    hash: run.environment!,
    buildRunId: run.id,
    python: run.host!.python!.version,
  })
}

/**
 * Returns the hash of an environment; undefined if the run has no Python or no build section. `id` is used only for a
 * document that requests a fresh environment and makes the hash unique. It is the id of the run, or of the sweep, whose
 * trials share one environment.
 */
async function hashFor(
  deps: EnvironmentDeps,
  { host, snapshot, plan, id }: Pick<Run, 'host' | 'snapshot' | 'plan' | 'id'>,
): Promise<string | undefined> {
  if (!host?.python || !plan.build) return undefined
  const folder =
    snapshot === null
      ? deps.openFolder(host.workDir)
      : snapshotFolder(deps.code, await readManifest(deps.code, snapshot))
  return deps.ids.digest(
    await environmentText({ python: host.python, build: plan.build, folder, ...(plan.build.isFresh && { salt: id }) }),
  )
}

function snapshotFolder(code: CodeStore, { files }: Manifest): CodeFolder {
  const byPath = new Map(files.map((file) => [file.path, file.sha256]))
  return {
    hashFile: async (path) => byPath.get(path),
    readText: async (path) => new TextDecoder().decode(await code.read(byPath.get(path)!)),
    listFiles: async (path) => [...byPath.keys()].filter((name) => path === '' || name.startsWith(`${path}/`)),
  }
}

/**
 * Records in the environment's row whether its build succeeded, in the transaction in which the run ends. `packages`
 * lists the installed packages; undefined for a failed build. Returns the ids of the runs that waited for the
 * environment.
 */
export async function settleBuild(stores: Stores, build: Run, packages: string | undefined): Promise<string[]> {
  const environment = await stores.environments.getByBuild(build.id)
  if (!environment || environment.state !== 'building') return []

  const state = packages === undefined ? 'failed' : 'ready'
  await stores.environments.update(environment.hash, { state, ...(packages !== undefined && { packages }) })
  await stores.events.append([
    { kind: `environment.${state}`, actor: 'platform', runId: build.id, data: { hash: environment.hash } },
  ])

  return await stores.runReferences.listWaitingFor(environment.hash)
}

/**
 * Removes the files of an environment; its row stays with state `removed`. Throws AppError `conflict` while the
 * environment is being built or a run that has not ended needs it.
 */
export async function removeEnvironment(
  { store, builder }: Pick<EnvironmentDeps, 'store' | 'builder'>,
  environment: EnvironmentRecord,
): Promise<void> {
  if (environment.state === 'building' || (await store.read.runReferences.hasUnfinishedRun(environment.hash)))
    throw new AppError('conflict', { detail: phrase('environment_needed') })

  await store.write(async (stores) => {
    await stores.environments.update(environment.hash, { state: 'removed' })
    await stores.events.append([{ kind: 'environment.removed', actor: 'platform', data: { hash: environment.hash } }])
  })
  await builder.remove(environment.hash)
}

/**
 * Removes the environments that were last used more than `LIMITS.environmentKeepMs` ago and that no unfinished run
 * needs.
 */
export async function removeUnusedEnvironments(
  deps: Pick<EnvironmentDeps, 'store' | 'builder' | 'clock'> & { readonly log: Logger },
): Promise<void> {
  const collect = async (environment: EnvironmentRecord): Promise<void> => {
    const isOld = environment.lastUsedAt < deps.clock.now() - LIMITS.environmentKeepMs
    if (
      isOld &&
      environment.state === 'ready' &&
      !(await deps.store.read.runReferences.hasUnfinishedRun(environment.hash))
    )
      await removeEnvironment(deps, environment)
  }
  await forEachIsolated(deps.log, await deps.store.read.environments.list(), collect, ({ hash }) => ({
    environment: hash,
  }))
}
