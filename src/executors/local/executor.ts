import { spawn } from 'node:child_process'
import type { ChildProcess, SpawnOptions } from 'node:child_process'
import { closeSync, constants, existsSync, openSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { phrase } from '../../contract/fields.ts'
import { AppError } from '../../contract/errors.ts'
import { LIMITS } from '../../contract/limits.ts'
import type { Capacity, Clock, Executor, Launch, Launched, Logger, Observation, UsageSource } from '../../core/ports.ts'
import type { Attempt, AttemptRef, RanOn, Run } from '../../core/records.ts'
import { isShortage } from '../../core/shortage.ts'
import {
  attemptDir,
  createAttemptDir,
  idOf,
  isAttemptFolder,
  isFrom,
  MARK,
  markOf,
  ownsFolder,
  readClaim,
  readExit,
  readMark,
  runFolder,
} from './attempt-dir.ts'
import type { AttemptDir, ExitRecord } from './attempt-dir.ts'
import type { Identity, ProcessEntry, Trace } from './process-table.ts'
import { attemptEnvironment, paramsText } from './environment.ts'
import { copyTree, openInside, prepareRunDir, purgeFiles, removeWorkCopies } from './files.ts'
import { noteLogTime, readLastLines } from './log-file.ts'
import { limitLog, readLogCut } from './log-limit.ts'
import { readMasked, starFile } from './masking.ts'
import { hasFiles, hashFiles } from './outputs.ts'
import { createReferences, mask, readGiven, writeGiven } from './references.ts'
import { createUsageSampler } from './usage.ts'
import {
  ageMs,
  argumentsOf,
  bootId,
  fileId,
  isAlive,
  isAmong,
  listProcesses,
  membersOf,
  signal,
  tracesInUse,
} from './process-table.ts'

export interface LocalExecutorOptions {
  readonly dataDir: string
  /** Identity of the data directory. */
  readonly place: string
  readonly baseEnv: Readonly<Record<string, string>>
  readonly clientPath: string
  /** Ids of the GPUs that may be given out. */
  readonly devices: readonly string[]
  /** A log that is longer loses its middle. */
  readonly logBytesMax: number
  /** Runs at once on this machine. */
  readonly runsMax: number
  readonly clock: Clock
  readonly log: Logger
}

/** A stop under way: whether its processes have got the polite signal, and whether their grace is over. */
interface StopOrder {
  readonly attempt: AttemptRef
  isSignalled: boolean
  isDue: boolean
}

export interface LocalExecutor extends Executor, UsageSource, AsyncDisposable {}

/** The text for the shell's `-c`. A longer one than a system takes as one argument is read from a file of the attempt. */
function shellText(script: string, dir: AttemptDir): string {
  if (Buffer.byteLength(script) <= LIMITS.commandWordBytesMax) return script
  writeFileSync(dir.command, script, { mode: 0o600 })
  return `eval "$(< '${dir.command.replaceAll("'", "'\\''")}')"`
}

/** Throws AppError `invalid` for a command that no system starts: one that is too long, or has a NUL in it. */
function spawnOrExplain([command, ...args]: readonly string[], options: SpawnOptions): ChildProcess {
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

/** A system that has too many processes, open files or too little memory starts the process later. */
function spawnFailure(error: NodeJS.ErrnoException): AppError {
  return new AppError(isShortage(error) ? 'unavailable' : 'conflict', { detail: error.message }, { cause: error })
}

/** Throws AppError `environment_gone` for an environment whose files are not all there. */
function refuseIncomplete(venv: string | null): void {
  if (venv !== null && !(existsSync(join(venv, '..', 'ready')) && existsSync(join(venv, 'bin', 'python'))))
    throw new AppError('environment_gone', { detail: venv })
}

/** What a run runs on beside what it asks for: an image cannot be had by a plain process. */
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
 * Runs attempts as processes of this machine, each under a supervisor that outlives the server. What is true of an
 * attempt stands in its folder: `mark` says whose it is, `claim` who supervises it, `exit` how it ended. Memory only makes it
 * quick.
 */
export function createLocalExecutor(options: LocalExecutorOptions): LocalExecutor {
  const { clock, dataDir, log, place } = options
  const boot = bootId()
  const usage = createUsageSampler(options.devices.length > 0)
  const shell = ['/bin/bash', '/usr/bin/bash'].find((path) => existsSync(path)) ?? '/bin/sh'
  const capacity: Capacity = {
    cpu: cpus().length,
    memoryMib: Math.floor(totalmem() / 2 ** 20),
    devices: options.devices,
    runsMax: options.runsMax,
  }
  const environment = { dataDir, baseEnv: options.baseEnv, clientPath: options.clientPath, capacity }
  const references = createReferences(dataDir)
  const children = new Map<string, ChildProcess>()
  /** Attempts that run, as far as this server knows. */
  const running = new Map<string, AttemptRef>()
  const stopping = new Map<string, StopOrder>()
  const ended = new Map<string, AttemptRef>()
  const logged = new Set<string>()
  let nudge: (attemptId: string) => void = () => {}
  let cancelPoll: (() => void) | undefined
  let cancelReap: (() => void) | undefined
  let cancelLimits: (() => void) | undefined

  const launch = async (asked: Launch): Promise<Launched> => {
    const { attempt, run, tree } = asked
    const venv = venvOf(run)
    const before = attemptDir(dataDir, attempt)
    if (ownsFolder(attempt, before) && readClaim(before) !== undefined)
      return {
        startedAt: Math.round(statSync(join(before.path, 'claim')).mtimeMs),
        outputsPath: before.outputs,
        ranOn: ranOn(run, venv),
      }
    refuseIncomplete(venv)
    await prepareRunDir(dataDir, asked)
    const mark = markOf(place, attempt)
    const dir = createAttemptDir(dataDir, attempt, mark)
    const { command } = run.plan
    const cwd = tree === null ? (run.host?.workDir ?? dataDir) : await copyTree(tree, dir)
    if (!command) throw new AppError('invalid', { detail: phrase('launch_none') })
    if (!statSync(cwd, { throwIfNoEntry: false })?.isDirectory())
      throw new AppError('invalid', { detail: phrase('folder_gone', { path: cwd }) })
    writeFileSync(dir.params, paramsText(run), { mode: 0o600 })
    writeGiven(dir.secrets, references.secretsOf(run.plan.references))
    await spawnSupervisor(attempt.id, dir, [shell, '-c', shellText(command.script, dir), 'hagane', ...command.args], {
      cwd,
      env: {
        ...attemptEnvironment(asked, dir, {
          ...environment,
          venv,
          references: references.variables(run.plan.references),
        }),
        [MARK]: mark,
      },
    })
    follow(attempt)
    return { startedAt: clock.now(), outputsPath: dir.outputs, ranOn: ranOn(run, venv) }
  }

  /** Folder of the environment that a run runs in; null for one that needs none, or builds it. */
  const venvOf = (run: Run): string | null =>
    run.environment === null || run.plan.kind === 'build'
      ? null
      : join(dataDir, 'environments', run.environment, 'venv')

  /** Own session and output to a file: the supervisor owes the server nothing. */
  const spawnSupervisor = async (
    attemptId: string,
    dir: AttemptDir,
    argv: readonly string[],
    place: { cwd: string; env: Record<string, string> },
  ): Promise<void> => {
    const output = openSync(dir.log, constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND, 0o600)
    try {
      const child = spawnOrExplain(['/bin/sh', SUPERVISOR, dir.path, ...argv], {
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
    if (exit) return await conclude(attempt, dir, exit)
    const claim = readClaim(dir)
    if (children.has(attempt.id)) return claim ? seen(claim) : { state: 'waiting' }
    if (claim === undefined) return { state: 'absent' }
    const isHere = isFrom(place, readMark(dir))
    if (claim && isHere && isAlive(claim, boot)) {
      follow(attempt)
      return seen(claim)
    }
    const late = readExit(dir)
    if (late) return await conclude(attempt, dir, late)
    // The supervisor is gone without a record. Whatever is left of the command must end before the attempt does.
    if (processesIn(attempt).length > 0) {
      await stop(attempt, 0)
      return { state: 'running' }
    }
    const why = claim && claim.boot !== boot ? 'machine_restarted' : isHere ? 'supervisor_killed' : 'attempt_elsewhere'
    return {
      state: 'ended',
      exitCode: null,
      endedAt: clock.now(),
      evidence: { detail: { detail: why } },
      hasOutputs: hasFiles(dir.outputs),
    }
  }

  /** Somebody removed its folder, or it was never launched. Its processes end before it does: they have nowhere to report to. */
  const observeWithoutFolder = async (attempt: Attempt): Promise<Observation> => {
    if (attempt.state === 'intent') return { state: 'absent' }
    if (processesIn(attempt).length === 0) return { state: 'absent' }
    await stop(attempt, 0)
    return { state: 'running' }
  }

  const seen = (claim: Identity): Observation => {
    const ranMs = ageMs(claim)
    return { state: 'running', ...(ranMs !== undefined && { ranMs }) }
  }

  const conclude = async (
    attempt: AttemptRef,
    dir: AttemptDir,
    { exitCode, isKilled, endedAt }: ExitRecord,
  ): Promise<Observation> => {
    stopping.delete(attempt.id)
    running.delete(attempt.id)
    await limit(attempt)
    if (isFrom(place, readMark(dir))) ended.set(attempt.id, attempt)
    cancelReap ??= clock.after(REAP_DELAY_MS, reap)
    const evidence =
      exitCode === 0 ? {} : { lastLines: mask(await readLastLines(dir, LAST_LINES, LAST_LINES_BYTES), secretsIn(dir)) }
    return {
      state: 'ended',
      exitCode,
      ...(isKilled !== undefined && { isKilled }),
      endedAt,
      evidence,
      hasOutputs: hasFiles(dir.outputs),
    }
  }

  /** Ends what ended attempts left running. One look at the process table serves all that ended in the meantime. */
  const reap = (): void => {
    cancelReap = undefined
    try {
      const alive = tracesInUse(MARK)
      for (const attempt of ended.values())
        if (!isAmong(alive, traceOf(attempt)) || endLeftovers(attempt)) ended.delete(attempt.id)
    } catch (error) {
      logOnce('processes', error)
    }
    if (ended.size > 0) cancelReap = clock.after(REAP_DELAY_MS, reap)
  }

  /** False where that has to be tried again. */
  const endLeftovers = (attempt: AttemptRef): boolean => {
    try {
      for (const entry of processesIn(attempt)) signal(entry, 'SIGKILL')
      return true
    } catch (error) {
      logOnce(attempt.name, error)
      return false
    }
  }

  /** A round comes again soon after one that failed: its log has one line of each failure. */
  const logOnce = (name: string, error: unknown): void => {
    const key = `${name} ${(error as Error).message}`
    if (logged.has(key)) return
    logged.add(key)
    log.warn({ attempt: name, err: error }, 'a round failed, the next one tries again')
  }

  const follow = (attempt: AttemptRef): void => {
    running.set(attempt.id, attempt)
    cancelPoll ??= clock.after(ADOPTED_POLL_MS, pollAdopted)
    cancelLimits ??= clock.after(LOG_LOOK_MS, limitLogs)
  }

  /** A supervisor that this process did not start sends no signal: its end has to be looked for. */
  const pollAdopted = (): void => {
    cancelPoll = undefined
    for (const attempt of running.values()) {
      if (children.has(attempt.id) || hasLivingSupervisor(attempt)) continue
      running.delete(attempt.id)
      nudge(attempt.id)
    }
    if (running.size > 0) cancelPoll = clock.after(ADOPTED_POLL_MS, pollAdopted)
  }

  const limitLogs = (): void => {
    void Promise.all([...running.values()].map(limit)).then(() => {
      cancelLimits = running.size > 0 ? clock.after(LOG_LOOK_MS, limitLogs) : undefined
    })
  }

  const limit = async (attempt: AttemptRef): Promise<void> => {
    try {
      await limitLog(attemptDir(dataDir, attempt), options.logBytesMax)
    } catch (error) {
      logOnce(attempt.name, error)
    }
  }

  /** Secrets that may stand in an attempt's log. */
  const secretsIn = (dir: AttemptDir): string[] => references.secrets(readGiven(dir.secrets))

  /** Returns true also where it cannot be found out just now. */
  const hasLivingSupervisor = (attempt: AttemptRef): boolean => {
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
    const order: StopOrder = { attempt, isSignalled: false, isDue: graceMs === 0 }
    stopping.set(attempt.id, order)
    // Waited for, not computed: the time of day may jump meanwhile.
    if (graceMs > 0) clock.after(graceMs, () => (order.isDue = true))
    pressOn(attempt.id)
  }

  const pressOn = (attemptId: string): void => {
    const order = stopping.get(attemptId)
    if (!order) return
    try {
      if (press(order)) return void stopping.delete(attemptId)
    } catch (error) {
      logOnce(order.attempt.name, error)
    }
    clock.after(KILL_ROUND_MS, () => pressOn(attemptId))
  }

  /**
   * Its processes get one SIGTERM, as soon as there are any. After the grace everything but the supervisor is killed, again
   * and again: a tree may grow while it is cut. Returns whether it has ended.
   */
  const press = (order: StopOrder): boolean => {
    const { attempt } = order
    const dir = attemptDir(dataDir, attempt)
    if (ownsFolder(attempt, dir) && readExit(dir)) return true
    if (order.isSignalled && !order.isDue) return false
    // A copy of the supervisor is about to become the command: until then it would take the signal for its own.
    const members = processesIn(attempt).filter(({ pid }) => order.isDue || !argumentsOf(pid).includes(SUPERVISOR))
    for (const entry of members) signal(entry, order.isDue ? 'SIGKILL' : 'SIGTERM')
    order.isSignalled ||= members.length > 0
    const claim = claimOf(attempt)
    // A supervisor without a claim waits for room on the disk: its command has not begun.
    if (order.isDue && !claim) children.get(attempt.id)?.kill('SIGKILL')
    if (!order.isDue || members.length > 0 || (claim && isAlive(claim, boot))) return false
    nudge(attempt.id)
    return true
  }

  /** Who supervises an attempt from this data directory. */
  const claimOf = (attempt: AttemptRef): Identity | null | undefined => {
    const dir = attemptDir(dataDir, attempt)
    return ownsFolder(attempt, dir) && isFrom(place, readMark(dir)) ? readClaim(dir) : undefined
  }

  /** Its processes but for the supervisor; that one too where its claim is lost. */
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
      mark: `${MARK}=${isOwn ? readMark(dir) : markOf(place, attempt)}`,
      output: isOwn ? fileId(dir.log) : undefined,
    }
  }

  const list = async (): Promise<string[]> => {
    const folder = join(dataDir, 'attempts')
    const names = existsSync(folder) ? readdirSync(folder).filter(isAttemptFolder) : []
    return names.flatMap((name) => {
      const dir = { path: join(folder, name) }
      const claim = readClaim(dir)
      const mark = readMark(dir)
      return claim && isFrom(place, mark) && readExit(dir) === undefined && isAlive(claim, boot) ? [idOf(mark)] : []
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
    readLog: async (attempt, from, limitBytes) => {
      const dir = attemptDir(dataDir, attempt)
      return await readMasked(dir, from, { limitBytes, secrets: secretsIn(dir) })
    },
    listOutputs: async (attempt) => await hashFiles(attemptDir(dataDir, attempt).outputs),
    sealLog: async (attempt) => {
      const dir = attemptDir(dataDir, attempt)
      await starFile(dir.log, secretsIn(dir), readLogCut(dir))
      rmSync(dir.secrets, { force: true })
    },
    openOutput: async (run, path) => await openInside(join(runFolder(dataDir, run), 'outputs'), path),
    purge: async (what) => await purgeFiles(dataDir, what),
    removeWorkCopies: async (endedBefore) => await removeWorkCopies(dataDir, endedBefore),
    capacity: () => capacity,
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
