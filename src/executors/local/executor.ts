import { spawn } from 'node:child_process'
import type { ChildProcess, SpawnOptions } from 'node:child_process'
import { closeSync, constants, existsSync, openSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { phrase } from '../../contract/fields.ts'
import { AppError } from '../../contract/errors.ts'
import { LIMITS } from '../../contract/limits.ts'
import type { Clock } from '../../core/ports/clock.ts'
import { attemptPaths, dataDirPaths, environmentPaths } from '../../core/data-dir.ts'
import type { EnvironmentPaths } from '../../core/data-dir.ts'
import type { Capacity, Executor, Launch, Launched, Observation } from '../../core/ports/executor.ts'
import type { Logger } from '../../core/ports/logger.ts'
import type { UsageSource } from '../../core/ports/usage-source.ts'
import type { Attempt, AttemptRef } from '../../core/records/attempt.ts'
import type { RanOn, Run } from '../../core/records/run.ts'
import { makesEnvironment } from '../../core/kinds.ts'
import { isShortage } from '../../core/shortage.ts'
import {
  attemptDir,
  createAttemptDir,
  attemptIdOf,
  isAttemptFolder,
  isTagOfDirectory,
  PROCESS_TAG,
  processTagOf,
  ownsFolder,
  readClaim,
  readExit,
  readTag,
} from './attempt-dir.ts'
import type { AttemptDir, ExitRecord } from './attempt-dir.ts'
import type { Identity, ProcessEntry, Trace } from './process-table.ts'
import { attemptEnvironment, paramsText } from './process-env.ts'
import { copyTree, removeAttempt } from './files.ts'
import { noteLogTime, readLastLines } from './log-file.ts'
import { limitLog } from './log-limit.ts'
import { noteOomKills, readOomKills } from './oom-kills.ts'
import { createReferences, mask, readReceivedSecrets, writeReceivedSecrets } from './references.ts'
import { createUsageSampler } from './usage.ts'
import {
  ageMs,
  readArguments,
  bootId,
  fileId,
  isAlive,
  isInUse,
  listProcesses,
  membersOf,
  signal,
  tracesInUse,
} from './process-table.ts'

/** Inputs of `createLocalExecutor`. */
export interface LocalExecutorOptions {
  readonly dataDir: string
  /** Identity of the data directory, part of the tags of attempts (`processTagOf`). */
  readonly directoryId: string
  /** Variables of the server's own process that attempts receive. */
  readonly baseEnv: Readonly<Record<string, string>>
  /** Folder that makes `import hagane` work in attempts. */
  readonly clientPath: string
  /** Ids of the GPUs that may be given out. */
  readonly devices: readonly string[]
  /** Limit of a log in bytes. The middle of a longer log is cut out. */
  readonly logBytesMax: number
  /** Maximum number of runs at once on this machine. */
  readonly runsMax: number
  /** Returns a folder with the code of a snapshot, which attempts work in copies of. */
  readonly checkOut: (digest: string) => Promise<string>
  readonly clock: Clock
  readonly log: Logger
}

/**
 * A stop in progress: whether the processes have received SIGTERM (`isSignalled`), and whether their grace period is
 * over (`isGraceOver`).
 */
interface StopOrder {
  readonly attempt: AttemptRef
  isSignalled: boolean
  isGraceOver: boolean
}

/**
 * The executor for this machine. Disposing of it ends its timers; running attempts continue under their supervisors.
 */
export interface LocalExecutor extends Executor, UsageSource, AsyncDisposable {}

/**
 * Returns the text for the shell's `-c`. A script that is too long for one argument is written to a file of the
 * attempt, which the text evaluates.
 */
function shellText(script: string, dir: AttemptDir): string {
  if (Buffer.byteLength(script) <= LIMITS.commandWordBytesMax) return script
  writeFileSync(dir.command, script, { mode: 0o600 })
  return `eval "$(< '${dir.command.replaceAll("'", "'\\''")}')"`
}

/**
 * Spawns a process. Throws AppError `invalid` for a command that no system can start: one that is too long or contains
 * a NUL.
 */
function spawnProcess([command, ...args]: readonly string[], options: SpawnOptions): ChildProcess {
  try {
    return spawn(command!, args, options)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'E2BIG') throw new AppError('invalid', { detail: phrase('launch_long') }, { cause: error })
    if (code === 'ERR_INVALID_ARG_VALUE')
      throw new AppError('invalid', { detail: phrase('launch_nul') }, { cause: error })
    throw new Error(message, { cause: error })
  }
}

/**
 * Returns the error for a failed spawn: `unavailable` where processes, open files or memory run short, which a retry
 * may overcome; else `conflict`.
 */
function spawnFailure(error: NodeJS.ErrnoException): AppError {
  return new AppError(isShortage(error) ? 'unavailable' : 'conflict', { detail: error.message }, { cause: error })
}

/** Throws AppError `environment_gone` for an environment that is not complete. */
function refuseIncomplete({ ready, venv }: EnvironmentPaths): void {
  if (!existsSync(ready) || !existsSync(join(venv, 'bin', 'python')))
    throw new AppError('environment_gone', { detail: venv })
}

/**
 * Returns what a run really runs on. A document may request an image, which a plain process cannot use; `imageAsked`
 * records the request.
 */
function ranOn(run: Run, venv: string | null): RanOn {
  const python = run.host?.python ?? null
  return {
    python: venv === null || !python ? python : { executable: join(venv, 'bin', 'python'), version: python.version },
    environment: venv === null ? null : run.environment,
    imageAsked: run.plan.build?.image ?? null,
  }
}

const SUPERVISOR = fileURLToPath(new URL('supervise.sh', import.meta.url))
const ADOPTED_POLL_MS = 300
const LOG_LOOK_MS = 1_000
const REAP_DELAY_MS = 1_000
const KILL_ROUND_MS = 200
const LAST_LINES = 20
const LAST_LINES_BYTES = 4_000

/**
 * Creates the executor that runs attempts as processes of this machine, each under a supervisor that outlives the
 * server. The files in an attempt's folder are authoritative: `mark` identifies the attempt, `claim` its supervisor,
 * and `exit` records how the command ended. A restarted server needs no state in memory.
 */
export function createLocalExecutor(options: LocalExecutorOptions): LocalExecutor {
  const { clock, dataDir, log, directoryId } = options
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
  /** Attempts that this server has launched or observed and whose end it has not seen. */
  const running = new Map<string, AttemptRef>()
  const stopping = new Map<string, StopOrder>()
  const ended = new Map<string, AttemptRef>()
  const logged = new Set<string>()

  let nudge: (attemptId: string) => void = () => {}
  let cancelPoll: (() => void) | undefined
  let cancelReap: (() => void) | undefined
  let cancelLimits: (() => void) | undefined

  const launch = async (asked: Launch): Promise<Launched> => {
    const { attempt, run } = asked
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
    writeReceivedSecrets(dir.secrets, references.valuesOfSecrets(run.plan.references))
    noteOomKills(dir)

    await spawnSupervisor(attempt.id, dir, [shell, '-c', shellText(command.script, dir), 'hagane', ...command.args], {
      cwd,
      env: {
        ...attemptEnvironment(asked, dir, {
          ...processOptions,
          venv,
          references: references.variables(run.plan.references),
        }),
        [PROCESS_TAG]: tag,
      },
    })

    trackRunning(attempt)
    return { startedAt: clock.now(), ranOn: ranOn(run, venv) }
  }

  /** Returns the paths of the environment of a run; null for a run that needs none or that builds one. */
  const environmentOf = (run: Run): EnvironmentPaths | null =>
    run.environment === null || makesEnvironment(run.plan)
      ? null
      : environmentPaths(dataDirPaths(dataDir).environment(run.environment))

  /**
   * Starts a supervisor in a session of its own with its output to a file, so that it does not depend on the server.
   */
  const spawnSupervisor = async (
    attemptId: string,
    dir: AttemptDir,
    argv: readonly string[],
    place: { cwd: string; env: Record<string, string> },
  ): Promise<void> => {
    const output = openSync(dir.log, constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND, 0o600)
    try {
      const child = spawnProcess(['/bin/sh', SUPERVISOR, dir.path, ...argv], {
        ...place,
        detached: true,
        stdio: ['ignore', output, output],
      })
      children.set(attemptId, child)

      child.once('exit', () => {
        children.delete(attemptId)
        nudge(attemptId)
      })

      await new Promise<void>((resolve, reject) => {
        child.once('spawn', resolve)
        child.once('error', (error) => {
          children.delete(attemptId)
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

    if (children.has(attempt.id)) return claim ? toRunning(claim) : { state: 'waiting' }
    if (claim === undefined) return { state: 'absent' }

    const isHere = isTagOfDirectory(directoryId, readTag(dir))
    if (claim && isHere && isAlive(claim, boot)) {
      trackRunning(attempt)
      return toRunning(claim)
    }

    const exitAfterCheck = readExit(dir)
    if (exitAfterCheck) return await observeEnded(attempt, dir, exitAfterCheck)

    // The supervisor has ended without an exit record. Remaining processes of the command must end before the attempt
    // does.
    if (processesIn(attempt).length > 0) {
      await stop(attempt, 0)
      return { state: 'running' }
    }

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
   * Observes an attempt whose folder was removed, or that was never launched. Remaining processes are stopped before
   * the attempt counts as ended: they have no folder to report to.
   */
  const observeWithoutFolder = async (attempt: Attempt): Promise<Observation> => {
    if (attempt.state === 'intent') return { state: 'absent' }
    if (processesIn(attempt).length === 0) return { state: 'absent' }
    await stop(attempt, 0)
    return { state: 'running' }
  }

  const toRunning = (claim: Identity): Observation => {
    const ranMs = ageMs(claim)
    return { state: 'running', ...(ranMs !== undefined && { ranMs }) }
  }

  const observeEnded = async (
    attempt: AttemptRef,
    dir: AttemptDir,
    { exitCode, isKilled, oomKills, endedAt }: ExitRecord,
  ): Promise<Observation> => {
    stopping.delete(attempt.id)
    running.delete(attempt.id)

    await limitLogOf(attempt)
    if (isTagOfDirectory(directoryId, readTag(dir))) ended.set(attempt.id, attempt)
    cancelReap ??= clock.after(REAP_DELAY_MS, killLeftovers)

    const oomKillsBefore = readOomKills(dir)
    const isOutOfMemory = oomKills !== undefined && oomKillsBefore !== undefined && oomKills > oomKillsBefore
    const evidence =
      exitCode === 0 ? {} : { lastLines: mask(await readLastLines(dir, LAST_LINES, LAST_LINES_BYTES), secretsIn(dir)) }
    return {
      state: 'ended',
      exitCode,
      ...(isKilled !== undefined && { isKilled }),
      ...(isOutOfMemory && { cause: 'out_of_memory' as const }),
      endedAt,
      evidence,
    }
  }

  /**
   * Kills the processes that ended attempts left running. One pass over the process table serves all attempts that
   * ended meanwhile.
   */
  const killLeftovers = (): void => {
    cancelReap = undefined
    try {
      const alive = tracesInUse(PROCESS_TAG)
      for (const attempt of ended.values())
        if (!isInUse(alive, traceOf(attempt)) || killLeftoversOf(attempt)) ended.delete(attempt.id)
    } catch (error) {
      logOnce('processes', error)
    }

    if (ended.size > 0) cancelReap = clock.after(REAP_DELAY_MS, killLeftovers)
  }

  /** Kills the remaining processes of an attempt. Returns false after a failure, so that the caller tries again. */
  const killLeftoversOf = (attempt: AttemptRef): boolean => {
    try {
      for (const entry of processesIn(attempt)) signal(entry, 'SIGKILL')
      return true
    } catch (error) {
      logOnce(attempt.name, error)
      return false
    }
  }

  /** Logs a failure of a periodic task. Each failure is logged once, since the task is repeated soon. */
  const logOnce = (name: string, error: unknown): void => {
    const key = `${name} ${(error as Error).message}`
    if (logged.has(key)) return
    logged.add(key)
    log.warn({ attempt: name, err: error }, 'a round failed, the next one tries again')
  }

  const trackRunning = (attempt: AttemptRef): void => {
    running.set(attempt.id, attempt)
    cancelPoll ??= clock.after(ADOPTED_POLL_MS, pollAdopted)
    cancelLimits ??= clock.after(LOG_LOOK_MS, limitLogs)
  }

  /**
   * Looks for supervisors that have ended. A supervisor that another server process started causes no event here when
   * it ends.
   */
  const pollAdopted = (): void => {
    cancelPoll = undefined
    for (const attempt of running.values()) {
      if (children.has(attempt.id) || hasRunningSupervisor(attempt)) continue
      running.delete(attempt.id)
      nudge(attempt.id)
    }
    if (running.size > 0) cancelPoll = clock.after(ADOPTED_POLL_MS, pollAdopted)
  }

  const limitLogs = (): void => {
    void Promise.all([...running.values()].map(limitLogOf)).then(() => {
      cancelLimits = running.size > 0 ? clock.after(LOG_LOOK_MS, limitLogs) : undefined
    })
  }

  const limitLogOf = async (attempt: AttemptRef): Promise<void> => {
    try {
      await limitLog(attemptDir(dataDir, attempt), options.logBytesMax)
    } catch (error) {
      logOnce(attempt.name, error)
    }
  }

  /** Returns the secrets that may occur in an attempt's log. */
  const secretsIn = (dir: AttemptDir): string[] => references.secrets(readReceivedSecrets(dir.secrets))

  /** Whether the supervisor of an attempt runs; true also where this cannot be determined at the moment. */
  const hasRunningSupervisor = (attempt: AttemptRef): boolean => {
    try {
      const claim = claimOf(attempt)
      return claim ? isAlive(claim, boot) : false
    } catch (error) {
      logOnce(attempt.name, error)
      return true
    }
  }

  const stop = async (attempt: AttemptRef, graceMs: number): Promise<void> => {
    if (stopping.has(attempt.id)) return
    const order: StopOrder = { attempt, isSignalled: false, isGraceOver: graceMs === 0 }
    stopping.set(attempt.id, order)
    // A timer, not a comparison of times: the system clock may be set meanwhile.
    if (graceMs > 0) clock.after(graceMs, () => (order.isGraceOver = true))
    keepSignalling(attempt.id)
  }

  /** Repeats `signalProcesses` until it reports the end of the attempt. */
  const keepSignalling = (attemptId: string): void => {
    const order = stopping.get(attemptId)
    if (!order) return
    try {
      if (signalProcesses(order)) return void stopping.delete(attemptId)
    } catch (error) {
      logOnce(order.attempt.name, error)
    }
    clock.after(KILL_ROUND_MS, () => keepSignalling(attemptId))
  }

  /**
   * Sends one SIGTERM to the processes of an attempt, as soon as there are any. After the grace period each call kills
   * all processes except the supervisor: more may have started since the call before. Returns whether the attempt has
   * ended.
   */
  const signalProcesses = (order: StopOrder): boolean => {
    const { attempt } = order
    const dir = attemptDir(dataDir, attempt)
    if (ownsFolder(attempt, dir) && readExit(dir)) return true
    if (order.isSignalled && !order.isGraceOver) return false

    // Skips a fork of the supervisor that has not yet become the command: it would handle the signal as the supervisor
    // does.
    const members = processesIn(attempt).filter(
      ({ pid }) => order.isGraceOver || !readArguments(pid).includes(SUPERVISOR),
    )
    for (const entry of members) signal(entry, order.isGraceOver ? 'SIGKILL' : 'SIGTERM')
    order.isSignalled ||= members.length > 0

    const claim = claimOf(attempt)
    // A supervisor without a claim waits for room on the disk: its command has not started.
    if (order.isGraceOver && !claim) children.get(attempt.id)?.kill('SIGKILL')

    if (!order.isGraceOver || members.length > 0 || (claim && isAlive(claim, boot))) return false
    nudge(attempt.id)
    return true
  }

  /** Returns the claim of an attempt that runs from this data directory; undefined for any other. */
  const claimOf = (attempt: AttemptRef): Identity | null | undefined => {
    const dir = attemptDir(dataDir, attempt)
    return ownsFolder(attempt, dir) && isTagOfDirectory(directoryId, readTag(dir)) ? readClaim(dir) : undefined
  }

  /**
   * Returns the running processes of an attempt except its supervisor. The supervisor is included where the folder of
   * the attempt was removed.
   */
  const processesIn = (attempt: AttemptRef): ProcessEntry[] => {
    const dir = attemptDir(dataDir, attempt)
    if (!ownsFolder(attempt, dir)) return membersOf(undefined, traceOf(attempt))
    const claim = claimOf(attempt)
    return claim?.boot === boot ? membersOf(claim, traceOf(attempt)) : []
  }

  const traceOf = (attempt: AttemptRef): Trace => {
    const dir = attemptDir(dataDir, attempt)
    const isOwn = ownsFolder(attempt, dir)
    return {
      variable: `${PROCESS_TAG}=${isOwn ? readTag(dir) : processTagOf(directoryId, attempt)}`,
      output: isOwn ? fileId(dir.log) : undefined,
    }
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

    stop,

    remove: (attempt) => removeAttempt(dataDir, attempt),

    getCapacity: () => capacity,

    sampleUsage: async (attempts) => {
      const entries = listProcesses()
      const groups = attempts.map((attempt) => {
        noteLogTime(attemptDir(dataDir, attempt), clock.now())
        const claim = claimOf(attempt)
        return {
          id: attempt.id,
          pids: claim ? entries.filter((entry) => entry.session === claim.pid).map((entry) => entry.pid) : [],
        }
      })
      return await usage.sample(groups, clock.now())
    },

    [Symbol.asyncDispose]: async () => {
      cancelPoll?.()
      cancelReap?.()
      cancelLimits?.()
      log.info({ running: running.size }, 'leaving the runs to their supervisors')
    },
  }
}
