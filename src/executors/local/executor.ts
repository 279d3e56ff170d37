import type { ChildProcess } from 'node:child_process'
import { closeSync, existsSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'

import { AppError } from '../../contract/errors.ts'
import { phrase } from '../../contract/fields.ts'
import { attemptPaths, dataDirPaths, environmentPaths } from '../../core/data-dir.ts'
import type { EnvironmentPaths } from '../../core/data-dir.ts'
import { makesEnvironment } from '../../core/kinds.ts'
import { createLogOnce } from '../../core/log-once.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { Capacity, Executor, Launch, Launched, Observation } from '../../core/ports/executor.ts'
import type { LogIntake } from '../../core/ports/log-intake.ts'
import type { LogStore } from '../../core/ports/log-store.ts'
import type { Logger } from '../../core/ports/logger.ts'
import type { UsageSource } from '../../core/ports/usage-source.ts'
import type { Attempt, AttemptRef } from '../../core/records/attempt.ts'
import type { RanOn, Run } from '../../core/records/run.ts'
import {
  attemptDir,
  createAttemptDir,
  attemptIdOf,
  isAttemptFolder,
  isTagOfDirectory,
  processTagOf,
  ownsFolder,
  readTag,
} from '../../disk/attempt-dir.ts'
import type { AttemptDir } from '../../disk/attempt-dir.ts'
import { createReferences } from '../../disk/references.ts'
import { createAttemptProcesses } from './attempt-processes.ts'
import { createClaimWatch } from './claim-watch.ts'
import { createLeftovers } from './leftovers.ts'
import { noteOomKills, readOomKills } from './oom-kills.ts'
import { attemptEnvironment, paramsText } from './process-env.ts'
import { ageMs, bootId, isAlive, listProcesses } from './process-table.ts'
import type { Identity } from './process-table.ts'
import { removeAttempt } from './remove-attempt.ts'
import { createStopOrders } from './stop-orders.ts'
import { PROCESS_TAG, readClaim, readExit } from './supervisor-files.ts'
import type { ExitRecord } from './supervisor-files.ts'
import { shellText, spawnFailure, spawnProcess, SUPERVISOR } from './supervisor.ts'
import { createUsageSampler } from './usage.ts'
import { copyTree } from './work-copies.ts'

/** Inputs of `createLocalExecutor`. */
export interface LocalExecutorOptions {
  readonly dataDir: string
  /** Identity of the data directory (`directoryId`), part of the tags of attempts. */
  readonly directoryId: string
  /** Variables of the process environment of the server that attempts inherit. */
  readonly baseEnv: Readonly<Record<string, string>>
  /** Folder with the Python package `hagane`, added to `PYTHONPATH` of attempts. */
  readonly clientPath: string
  /** Ids of the GPUs that may be given to runs. */
  readonly devices: readonly string[]
  /** Largest number of runs that execute at once on this machine. */
  readonly runsMax: number
  /** Returns a folder with the code of a snapshot. Attempts work in copies of this folder. */
  readonly checkOut: (digest: string) => Promise<string>
  /** Receives the output of attempts. Also read for the last lines of an attempt that failed. */
  readonly logs: LogIntake & Pick<LogStore, 'read'>
  readonly clock: Clock
  readonly log: Logger
}

/**
 * The executor for this machine. Disposing of it ends its timers; running attempts continue under their supervisors.
 */
export interface LocalExecutor extends Executor, UsageSource, AsyncDisposable {}

/** Throws AppError `environment_gone` if files of an environment are missing. */
function refuseIncomplete({ ready, venv }: EnvironmentPaths): void {
  if (!existsSync(ready) || !existsSync(join(venv, 'bin', 'python')))
    throw new AppError('environment_gone', { detail: venv })
}

/**
 * Returns the interpreter and environment that a run uses. A plain process cannot use the image that a document may
 * request; `imageAsked` records the request.
 */
function ranOn(run: Run, venv: string | null): RanOn {
  const python = run.host?.python ?? null
  return {
    python: venv === null || !python ? python : { executable: join(venv, 'bin', 'python'), version: python.version },
    environment: venv === null ? null : run.environment,
    imageAsked: run.plan.build?.image ?? null,
  }
}

const ADOPTED_POLL_MS = 300
const LAST_LINES = 20
const LAST_LINES_BYTES = 4_000

/**
 * Creates the executor that runs attempts as processes of this machine, each under a supervisor that continues when the
 * server ends. The state of an attempt is in the files of its folder: `mark` identifies the attempt, `claim` its
 * supervisor, and `exit` records how the command ended. A restarted server therefore needs no state in memory.
 */
export function createLocalExecutor(options: LocalExecutorOptions): LocalExecutor {
  const { clock, dataDir, log, logs, directoryId } = options
  const boot = bootId()
  const usage = createUsageSampler(options.devices.length > 0)
  const shell = ['/bin/bash', '/usr/bin/bash'].find((path) => existsSync(path)) ?? '/bin/sh'
  const capacity: Capacity = {
    cpu: cpus().length,
    memoryMib: Math.floor(totalmem() / 2 ** 20),
    devices: options.devices,
    runsMax: options.runsMax,
  }
  const processOptions = { dataDir, baseEnv: options.baseEnv, clientPath: options.clientPath, capacity }
  const references = createReferences(dataDir)

  const children = new Map<string, ChildProcess>()
  /** Attempts that this server has launched or observed as running, and whose end it has not observed yet. */
  const running = new Map<string, AttemptRef>()

  let nudge: (attemptId: string) => void = () => {}
  let cancelPoll: (() => void) | undefined

  const logOnce = createLogOnce(log, 'a round failed, the next one tries again')
  const processes = createAttemptProcesses({ dataDir, directoryId, boot })
  const leftovers = createLeftovers({ processes, clock, onFailure: logOnce })
  const claims = createClaimWatch({ processes, clock, onChange: (id) => nudge(id), onFailure: logOnce })
  const stops = createStopOrders({
    dataDir,
    processes,
    clock,
    killSupervisor: (attemptId) => void children.get(attemptId)?.kill('SIGKILL'),
    onEnd: (attemptId) => nudge(attemptId),
    onFailure: logOnce,
  })

  const launch = async (request: Launch): Promise<Launched> => {
    const { attempt, run } = request
    const environment = environmentOf(run)
    const venv = environment?.venv ?? null

    const before = attemptDir(dataDir, attempt)
    if (ownsFolder(attempt, before) && readClaim(before) !== undefined)
      return {
        startedAt: Math.round(statSync(before.claim).mtimeMs),
        ranOn: ranOn(run, venv),
      }
    if (environment !== null) refuseIncomplete(environment)

    const tag = processTagOf(directoryId, attempt)
    const dir = createAttemptDir(dataDir, attempt, tag)
    const { command } = run.plan
    const cwd =
      run.snapshot === null ? (run.host?.workDir ?? dataDir) : await copyTree(await options.checkOut(run.snapshot), dir)

    if (!command) throw new AppError('invalid', { detail: phrase('launch_none') })
    if (!statSync(cwd, { throwIfNoEntry: false })?.isDirectory())
      throw new AppError('invalid', { detail: phrase('folder_gone', { path: cwd }) })

    writeFileSync(dir.params, paramsText(run), { mode: 0o600 })
    noteOomKills(dir)

    const variables = references.variables(run.plan.references)
    await spawnSupervisor(attempt, references.valuesOfSecrets(run.plan.references), {
      argv: [dir.path, shell, '-c', shellText(command.script, dir), 'hagane', ...command.args],
      cwd,
      env: {
        ...attemptEnvironment(request, dir, { ...processOptions, venv, references: variables }),
        [PROCESS_TAG]: tag,
      },
    })

    trackRunning(attempt)
    return { startedAt: clock.now(), ranOn: ranOn(run, venv) }
  }

  /** Returns the paths of the environment that a run uses; null for a run that needs none or that builds one. */
  const environmentOf = (run: Run): EnvironmentPaths | null =>
    run.environment === null || makesEnvironment(run.plan)
      ? null
      : environmentPaths(dataDirPaths(dataDir).environment(run.environment))

  /**
   * Starts a supervisor in a session of its own with its output to the log of the attempt, so that it continues when
   * the server ends. `secrets` are values that the output may contain; they are masked in the log.
   */
  const spawnSupervisor = async (
    attempt: AttemptRef,
    secrets: readonly string[],
    { argv, cwd, env }: { argv: readonly string[]; cwd: string; env: Record<string, string> },
  ): Promise<void> => {
    const { id } = attempt
    const output = logs.open(attempt, secrets)
    try {
      const child = spawnProcess(['/bin/sh', SUPERVISOR, ...argv], {
        cwd,
        env,
        detached: true,
        stdio: ['ignore', output, output],
      })
      children.set(id, child)

      const cancelClaimWatch = claims.add(attempt)
      child.once('exit', () => {
        cancelClaimWatch()
        children.delete(id)
        nudge(id)
      })

      await new Promise<void>((resolve, reject) => {
        child.once('spawn', resolve)
        child.once('error', (error) => {
          cancelClaimWatch()
          children.delete(id)
          reject(spawnFailure(error))
        })
      })

      child.unref()
    } finally {
      closeSync(output)
    }
  }

  const observe = async (attempt: Attempt): Promise<Observation> => {
    const dir = attemptDir(dataDir, attempt)
    if (!ownsFolder(attempt, dir)) return await observeWithoutFolder(attempt)

    const exit = readExit(dir)
    if (exit) return await observeEnded(attempt, dir, exit)
    const claim = readClaim(dir)

    if (children.has(attempt.id)) return claim ? toRunning(claim) : toWaiting(attempt, dir)
    if (claim === undefined) return { state: 'absent' }

    const isHere = isTagOfDirectory(directoryId, readTag(dir))
    if (claim && isHere && isAlive(claim, boot)) {
      trackRunning(attempt)
      return toRunning(claim)
    }

    const exitAfterCheck = readExit(dir)
    if (exitAfterCheck) return await observeEnded(attempt, dir, exitAfterCheck)

    // The supervisor has ended without an exit record. Remaining processes of the command are killed before the attempt
    // counts as ended.
    if (processes.list(attempt).length > 0) {
      stops.add(attempt, 0)
      return { state: 'running' }
    }

    await endTracking(attempt)
    const detailCode =
      claim && claim.boot !== boot ? 'machine_restarted' : isHere ? 'supervisor_killed' : 'attempt_elsewhere'
    return {
      state: 'ended',
      exitCode: null,
      endedAt: clock.now(),
      evidence: { detail: { detail: detailCode } },
    }
  }

  /**
   * Observes an attempt whose folder is missing or belongs to another attempt: it was never launched, or its folder was
   * removed. Remaining processes are killed before the attempt counts as absent, because their end cannot be recorded.
   */
  const observeWithoutFolder = async (attempt: Attempt): Promise<Observation> => {
    if (attempt.state === 'intent') return { state: 'absent' }
    if (processes.list(attempt).length === 0) return { state: 'absent' }
    stops.add(attempt, 0)
    return { state: 'running' }
  }

  const endTracking = async (attempt: AttemptRef): Promise<void> => {
    stops.remove(attempt.id)
    running.delete(attempt.id)
    await logs.close(attempt)
  }

  const toWaiting = ({ id }: AttemptRef, { path }: AttemptDir): Observation => ({
    state: 'waiting',
    ...(claims.isLate(id) && { why: { code: 'supervisor_waiting', args: { folder: path } } }),
  })

  const toRunning = (claim: Identity): Observation => {
    const ranMs = ageMs(claim)
    return { state: 'running', ...(ranMs !== undefined && { ranMs }) }
  }

  const observeEnded = async (
    attempt: AttemptRef,
    dir: AttemptDir,
    { exitCode, isKilled, oomKills, endedAt }: ExitRecord,
  ): Promise<Observation> => {
    await endTracking(attempt)
    if (isTagOfDirectory(directoryId, readTag(dir))) leftovers.add(attempt)

    const oomKillsBefore = readOomKills(dir)
    const isOutOfMemory = oomKills !== undefined && oomKillsBefore !== undefined && oomKills > oomKillsBefore
    const evidence = exitCode === 0 ? {} : { lastLines: await readLastLines(attempt) }
    return {
      state: 'ended',
      exitCode,
      ...(isKilled !== undefined && { isKilled }),
      ...(isOutOfMemory && { cause: 'out_of_memory' as const }),
      endedAt,
      evidence,
    }
  }

  const trackRunning = (attempt: AttemptRef): void => {
    running.set(attempt.id, attempt)
    cancelPoll ??= clock.after(ADOPTED_POLL_MS, pollAdopted)
    logs.keep(attempt)
  }

  /**
   * Looks for supervisors that have ended and nudges their attempts. A supervisor that a previous server process
   * started is no child of this process, so its end causes no event.
   */
  const pollAdopted = (): void => {
    cancelPoll = undefined
    for (const attempt of running.values()) {
      if (children.has(attempt.id) || mayHaveSupervisor(attempt)) continue
      running.delete(attempt.id)
      nudge(attempt.id)
    }
    if (running.size > 0) cancelPoll = clock.after(ADOPTED_POLL_MS, pollAdopted)
  }

  /** Whether the supervisor of an attempt runs; true also if this cannot be determined now. */
  const mayHaveSupervisor = (attempt: AttemptRef): boolean => {
    try {
      return processes.hasSupervisor(attempt)
    } catch (error) {
      logOnce(attempt.name, error)
      return true
    }
  }

  /** Returns the last lines of the log of an attempt, as evidence of its failure. */
  const readLastLines = async (attempt: AttemptRef): Promise<string> => {
    const { bytes } = await logs.read(attempt, { tailLines: LAST_LINES }, LAST_LINES_BYTES)
    return Buffer.from(bytes).toString('utf8').replaceAll('\0', '')
  }

  const list = async (): Promise<string[]> => {
    const { attempts } = dataDirPaths(dataDir)
    const names = existsSync(attempts) ? readdirSync(attempts).filter(isAttemptFolder) : []
    return names.flatMap((name) => {
      const dir = attemptPaths(join(attempts, name))
      const claim = readClaim(dir)
      const tag = readTag(dir)
      return claim && isTagOfDirectory(directoryId, tag) && readExit(dir) === undefined && isAlive(claim, boot)
        ? [attemptIdOf(tag)]
        : []
    })
  }

  return {
    launch,
    list,
    observe,

    watch: (callback) => {
      nudge = callback
    },

    stop: async (attempt, graceMs) => stops.add(attempt, graceMs),

    remove: (attempt) => removeAttempt(dataDir, attempt),

    getCapacity: () => capacity,

    sampleUsage: async (attempts) => {
      const entries = listProcesses()
      const groups = attempts.map((attempt) => {
        const claim = processes.claimOf(attempt)
        return {
          id: attempt.id,
          pids: claim ? entries.filter((entry) => entry.session === claim.pid).map((entry) => entry.pid) : [],
        }
      })
      return await usage.sample(groups, clock.now())
    },

    [Symbol.asyncDispose]: async () => {
      cancelPoll?.()
      leftovers[Symbol.dispose]()
      log.info({ running: running.size }, 'leaving the runs to their supervisors')
    },
  }
}
