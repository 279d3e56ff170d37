import { createHash } from 'node:crypto'
import { accessSync, constants, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { dataDirPaths } from '../../core/data-dir.ts'
import { toPythonJson } from '../../core/language/python.ts'
import type { Capacity, Launch } from '../../core/ports/executor.ts'
import type { Run } from '../../core/records/run.ts'
import type { AttemptDir } from '../../disk/attempt-dir.ts'
import { polyaxonVariables } from './polyaxon.ts'

/** Inputs for the process environment of an attempt. */
export interface EnvironmentOptions {
  readonly dataDir: string
  /** Variables of the server's own process that every attempt inherits, such as `HOME` and `LANG`. */
  readonly baseEnv: Readonly<Record<string, string>>
  /**
   * Folder that contains the Python package `hagane`. It is added to `PYTHONPATH`, so that scripts can import the
   * package without installing it.
   */
  readonly clientPath: string
  readonly capacity: Capacity
  /** Folder of the virtual environment of the run; null if the run uses the Python of the submitting shell. */
  readonly venv: string | null
  /** Variables with the values of the secrets and config maps that the document refers to. */
  readonly references: Readonly<Record<string, string>>
}

const THREAD_VARIABLES = [
  'OMP_NUM_THREADS',
  'OPENBLAS_NUM_THREADS',
  'MKL_NUM_THREADS',
  'NUMEXPR_NUM_THREADS',
  'VECLIB_MAXIMUM_THREADS',
]

/**
 * Returns all variables of an attempt's process. The only variables of the server among them are those in `baseEnv`.
 */
export function attemptEnvironment(
  launch: Launch,
  dir: AttemptDir,
  options: EnvironmentOptions,
): Record<string, string> {
  const { attempt, env, run } = launch
  const { placement, build, logLevel } = run.plan
  const base = options.baseEnv

  const text = paramsText(run)
  const params = text.length <= PARAMS_CHARS_MAX ? text : undefined
  const dataPaths = JSON.stringify({ data: dataDirPaths(options.dataDir).data })

  return {
    // Printed lines reach the log at once and are not lost when the script is killed.
    PYTHONUNBUFFERED: '1',
    ...polyaxonVariables(launch, dir, { params, dataPaths }),
    ...base,
    PATH: searchPath(run.host?.python?.executable, run.host?.path || base['PATH'] || '/usr/bin:/bin', options),
    ...(options.venv !== null && { VIRTUAL_ENV: options.venv }),
    ...threadLimits(placement.resources.cpu),
    ...visibleDevices(options.capacity, attempt.devices),
    ...options.references,
    ...Object.fromEntries(build?.envVars ?? []),
    ...env,
    PYTHONPATH: [options.clientPath, base['PYTHONPATH']].filter(Boolean).join(':'),
    HAGANE_OUTPUTS: dir.outputs,
    HAGANE_CHECKPOINT_DIR: checkpointsOf(run, dir),
    HAGANE_SPOOL: dir.spool,
    HAGANE_ATTEMPT: String(attempt.n),
    HAGANE_RESUMED: attempt.n > firstAttempt(run) || run.origin?.kind === 'resumes' ? '1' : '',
    HAGANE_PARAMS_FILE: dir.params,
    ...(params !== undefined && { HAGANE_PARAMS: params }),
    HAGANE_DATA_PATHS: dataPaths,
    HAGANE_LOG_LEVEL: logLevel,
  }
}

/**
 * Maximum length of `HAGANE_PARAMS`. Longer parameters are passed only in the file `HAGANE_PARAMS_FILE`: Linux limits
 * one variable to 128 KiB, and all variables and arguments of a command together.
 */
const PARAMS_CHARS_MAX = 20_000

/**
 * Returns the parameters in the plan of a run as JSON that Python can read. Parameters that scripts logged are not
 * included.
 */
export function paramsText({ plan }: Pick<Run, 'plan'>): string {
  return toPythonJson(plan.params)
}

/**
 * Returns the checkpoint folder of a run. A trial that starts over at each rung has one folder per rung. A run that
 * resumes or copies such a trial gets the folder of the highest rung that contains a checkpoint; if none contains one,
 * the folder of the trial's rung.
 */
function checkpointsOf(
  { plan: { rung }, origin }: Pick<Run, 'plan' | 'origin'>,
  { checkpoints }: Pick<AttemptDir, 'checkpoints'>,
): string {
  if (!rung?.startsOver) return checkpoints
  const folders = Array.from({ length: rung.index + 1 }, (_, index) =>
    index === 0 ? checkpoints : join(checkpoints, `rung-${index}`),
  )

  const goesOn = origin !== null && origin.kind !== 'restarts'
  return (goesOn ? folders.findLast(hasCheckpoint) : undefined) ?? folders.at(-1)!
}

function hasCheckpoint(folder: string): boolean {
  return existsSync(folder) && readdirSync(folder).some((name) => !/^rung-\d+$/.test(name))
}

function firstAttempt({ plan: { rung } }: Run): number {
  return rung?.startsOver ? rung.firstAttempt : 1
}

/**
 * Returns variables that limit the thread pools of numerical libraries to the requested cores, so that they do not slow
 * down other runs. Returns no variables if no cores were requested.
 */
function threadLimits(cpu: number | undefined): Record<string, string> {
  if (cpu === undefined) return {}
  const threads = String(Math.max(1, Math.floor(cpu)))
  return Object.fromEntries(THREAD_VARIABLES.map((name) => [name, threads]))
}

/**
 * Returns the variables that make only the run's own GPUs visible to it, none if it requested none. Returns no
 * variables on a machine without GPUs.
 */
function visibleDevices(capacity: Capacity, devices: readonly string[]): Record<string, string> {
  return capacity.devices.length === 0
    ? {}
    : { CUDA_VISIBLE_DEVICES: devices.join(','), NVIDIA_VISIBLE_DEVICES: devices.join(',') || 'none' }
}

/**
 * Returns the value of `PATH` for a run. It begins with the folder of the virtual environment, or of the submitting
 * shell's Python. If that folder has no `python`, a folder with a wrapper script of this name comes first.
 */
function searchPath(python: string | undefined, path: string, { dataDir, venv }: EnvironmentOptions): string {
  if (venv !== null) return `${join(venv, 'bin')}:${path}`
  if (!python) return path
  const own = dirname(python)
  return [...(isExecutable(join(own, 'python')) ? [] : [wrapperDir(python, dataDir)]), own, path].join(':')
}

function wrapperDir(python: string, dataDir: string): string {
  const dir = join(dataDirPaths(dataDir).interpreters, createHash('sha256').update(python).digest('hex').slice(0, 16))
  const wrapper = join(dir, 'python')
  if (!isExecutable(wrapper)) {
    mkdirSync(dir, { recursive: true })
    writeFileSync(wrapper, `#!/bin/sh\nexec '${python.replaceAll("'", "'\\''")}' "$@"\n`, { mode: 0o755 })
  }
  return dir
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
