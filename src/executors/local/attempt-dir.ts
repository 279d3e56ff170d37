import { existsSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'

import { AppError } from '../../contract/errors.ts'
import { phrase } from '../../contract/fields.ts'
import type { RunRef } from '../../core/records/run.ts'
import { parseAttemptName } from '../../core/run/attempt-name.ts'
import type { AttemptRef } from '../../core/records/attempt.ts'
import { readPlainText } from './plain-file.ts'
import type { Identity } from './process-table.ts'

/**
 * Paths of the files of an attempt and of its run under the data directory. Names come from the server, never from user
 * input.
 */
export interface AttemptDir {
  readonly path: string
  readonly log: string
  /** Sparse index of the log: lines `time offset`, added from time to time. */
  readonly logIndex: string
  /** Contains `from to`: the range of bytes that was cut out of the log. */
  readonly logCut: string
  /** The number of processes that the kernel had killed for memory before the command started. */
  readonly oomKills: string
  /** Secret values that the processes of the attempt received, as JSON. Removed once they are masked in the log. */
  readonly secrets: string
  /** Shared by all attempts of the run, like `checkpoints` and `spool`. */
  readonly outputs: string
  readonly checkpoints: string
  readonly spool: string
  /** The parameters of the run, as JSON. */
  readonly params: string
  /** The command, where it is too long for an argument. */
  readonly command: string
  /**
   * The attempt's own copy of the code, if it has one. It is not below `path`, because a script may write to `../log`.
   */
  readonly code: string
}

/** The name of an attempt, with the id of the owner behind a dot where another owner has the plain name. */
const FOLDER = /^([^.]+)(?:\.[\w-]+)?$/

/**
 * Whether a name in the folder `attempts` is that of an attempt. Users and their programs may put other files there.
 */
export function isAttemptFolder(name: string): boolean {
  const [, attempt] = FOLDER.exec(name) ?? []
  return attempt !== undefined && parseAttemptName(attempt) !== undefined
}

/**
 * Returns the folder of a run or an attempt. Run numbers repeat in another database, so the folder with the plain name
 * may belong to another owner. In that case the owner's id is appended to the name.
 */
function folderOf(path: string, id: string): string {
  const ownPath = `${path}.${id}`
  return existsSync(ownPath) ? ownPath : path
}

/**
 * Returns the folder of a run, with its outputs, checkpoints and spool. For a run that writes to another run's outputs
 * it is a link.
 */
export function runFolder(dataDir: string, { id, number }: RunRef): string {
  return folderOf(join(dataDir, 'runs', String(number)), id)
}

/** Names of the files that identify the owner of a folder. */
const OWNER_FILES = { run: 'run', attempt: 'mark' } as const

const ID = /^[\da-f]{8}-[\da-f-]{27}$/

/**
 * Returns the id of the run that a folder belongs to. Returns undefined where the folder does not exist, was made by
 * version 0.1.0, or where a script that works in its outputs has overwritten `../run`.
 */
export function ownerOfRunFolder(path: string): string | undefined {
  const owner = readPlainText(join(path, OWNER_FILES.run))
  return owner !== undefined && ID.test(owner) ? owner : undefined
}

/** Creates a folder that belongs to a run. */
export function createRunFolder(path: string, runId: string): void {
  createOwned(path, OWNER_FILES.run, runId)
}

/** Creates a folder that identifies its owner from the first moment on. A folder that exists is given to this owner. */
function createOwned(path: string, tag: string, owner: string): void {
  if (readPlainText(join(path, tag)) === owner) return
  const incomplete = `${path}${INCOMPLETE_SUFFIX}`

  rmSync(incomplete, { recursive: true, force: true })
  if (hasEntries(path)) {
    writeFileSync(incomplete, owner, { flag: 'wx' })
    rmSync(join(path, tag), { recursive: true, force: true })
    renameSync(incomplete, join(path, tag))
  } else {
    mkdirSync(incomplete, { recursive: true, mode: 0o700 })
    writeFileSync(join(incomplete, tag), owner)
    renameSync(incomplete, path)
  }
}

const INCOMPLETE_SUFFIX = '.half'
const REMOVAL_SUFFIX = '.gone'

/** Returns the path of a folder while it is being removed. */
export function removalPathOf(path: string): string {
  return `${path}${REMOVAL_SUFFIX}`
}

/**
 * Returns the paths where an interrupted creation or removal of an owner's folder may have left files. `path` is the
 * folder with the plain name.
 */
export function leftoverPathsOf(path: string, id: string): string[] {
  return [path, `${path}.${id}`].flatMap((place) => [`${place}${INCOMPLETE_SUFFIX}`, removalPathOf(place)])
}

/**
 * Returns the path of an owner's folder, or the path to create it at. `path` is the folder with the plain name, `owner`
 * its present owner.
 */
export function placeFor(path: string, id: string, owner: string | undefined): string {
  return owner === id || !hasEntries(path) ? path : `${path}.${id}`
}

function hasEntries(path: string): boolean {
  return existsSync(path) && readdirSync(path).length > 0
}

/** Returns the paths of an attempt. They may belong to another attempt of the same name; `ownsFolder` tests this. */
export function attemptDir(dataDir: string, { id, runId, name }: AttemptRef): AttemptDir {
  const parsed = parseAttemptName(name)
  if (!parsed) throw new Error(`not a name of an attempt: ${name}`)

  const path = folderOf(join(dataDir, 'attempts', name), id)
  return filesIn(
    path,
    join(dataDir, 'work', basename(path)),
    runFolder(dataDir, { id: runId, number: parsed.runNumber }),
  )
}

function filesIn(path: string, workPath: string, runPath: string): AttemptDir {
  return {
    path,
    log: join(path, 'log'),
    logIndex: join(path, 'log.index'),
    logCut: join(path, 'log.cut'),
    oomKills: join(path, 'oom-kills'),
    secrets: join(path, 'secrets.json'),
    outputs: join(runPath, 'outputs'),
    checkpoints: join(runPath, 'checkpoints'),
    spool: join(runPath, 'spool'),
    params: join(path, 'params.json'),
    command: join(path, 'command.sh'),
    code: join(workPath, 'code'),
  }
}

/** Creates the folder of an attempt that is to be launched, with its tag in it, and returns its paths. */
export function createAttemptDir(dataDir: string, attempt: AttemptRef, tag: string): AttemptDir {
  const plain = join(dataDir, 'attempts', attempt.name)
  const path = placeFor(plain, attempt.id, attemptIdOf(readTagIn(plain)))
  createOwned(path, OWNER_FILES.attempt, tag)

  return attemptDir(dataDir, attempt)
}

/** Creates the outputs folder of a run. Throws AppError `conflict` where an earlier attempt left something else in its place. */
export function createOutputsFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
  } catch (error) {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() || !lstatSync(path, { throwIfNoEntry: false }))
      throw error
    throw new AppError('conflict', { detail: phrase('outputs_no_folder', { path }) }, { cause: error })
  }
}

/**
 * Returns the supervisor that claimed an attempt: undefined without a claim, null for a claim that is not written
 * completely yet.
 */
export function readClaim(dir: Pick<AttemptDir, 'path'>): Identity | null | undefined {
  const text = readPlainText(join(dir.path, 'claim'))
  if (text === undefined) return undefined
  const [pid, startedAt, boot] = text.split('\n', 1)[0]!.trim().split(' ')
  return boot === undefined ? null : { pid: Number(pid), startedAt: startedAt!, boot }
}

/** The record that a supervisor writes when its command has ended. */
export interface ExitRecord {
  readonly exitCode: number
  /** Whether a signal ended the command; undefined where the shell cannot distinguish this. */
  readonly isKilled: boolean | undefined
  /** The number of processes that the kernel had killed for memory, where the command ended by SIGKILL. */
  readonly oomKills: number | undefined
  /** Time at which the record was written, in milliseconds since 1970. */
  readonly endedAt: number
}

/** Reads the exit record of an attempt. A record without a valid status counts as none. */
export function readExit(dir: Pick<AttemptDir, 'path'>): ExitRecord | undefined {
  const path = join(dir.path, 'exit')
  const [code, how, oomKills] = readPlainText(path)?.trim().split(' ') ?? []
  if (code === undefined || !/^\d{1,3}$/.test(code)) return undefined
  return {
    exitCode: Number(code),
    isKilled: how === 'killed' ? true : how === 'exited' ? false : undefined,
    oomKills: oomKills === undefined ? undefined : Number(oomKills),
    endedAt: Math.round(statSync(path).mtimeMs),
  }
}

/** Variable in the process environment of all processes of an attempt. Its value is the attempt's tag (`processTagOf`). */
export const PROCESS_TAG = 'HAGANE_ATTEMPT_ID'

/**
 * Returns the tag of an attempt, which identifies its processes and its folder: its id and the identity of its data
 * directory. The server of a copied directory thus leaves the processes of the original alone.
 */
export function processTagOf(directoryId: string, { id }: Pick<AttemptRef, 'id'>): string {
  return `${id}@${directoryId}`
}

/** Reads the tag in the folder of an attempt; empty where there is none. Version 0.1.0 wrote the id alone. */
export function readTag(dir: Pick<AttemptDir, 'path'>): string {
  return readTagIn(dir.path)
}

/** Whether a folder belongs to an attempt, in this data directory or in the one that it was copied from. */
export function ownsFolder({ id }: Pick<AttemptRef, 'id'>, dir: Pick<AttemptDir, 'path'>): boolean {
  return attemptIdOf(readTag(dir)) === id
}

/** Whether a tag belongs to this data directory. A tag of version 0.1.0, which is an id alone, does. */
export function isTagOfDirectory(directoryId: string, tag: string): boolean {
  const id = attemptIdOf(tag)
  return tag !== '' && (tag === id || tag === processTagOf(directoryId, { id }))
}

/** Returns the id of the attempt in a tag. */
export function attemptIdOf(tag: string): string {
  return tag.split('@', 1)[0]!
}

function readTagIn(path: string): string {
  return readPlainText(join(path, OWNER_FILES.attempt)) ?? ''
}
