import { existsSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename } from 'node:path'

import { AppError } from '../../contract/errors.ts'
import { phrase } from '../../contract/fields.ts'
import type { RunRef } from '../../core/records/run.ts'
import { attemptPaths, dataDirPaths, runPaths } from '../../core/data-dir.ts'
import type { AttemptPaths, RunPaths } from '../../core/data-dir.ts'
import { parseAttemptName } from '../../core/run/attempt-name.ts'
import type { AttemptRef } from '../../core/records/attempt.ts'
import { readPlainText } from './plain-file.ts'
import type { Identity } from './process-table.ts'

/**
 * Paths of the files of an attempt and of its run under the data directory. Names come from the server, never from user
 * input.
 */
export interface AttemptDir
  extends Readonly<AttemptPaths>, Readonly<Pick<RunPaths, 'outputs' | 'checkpoints' | 'spool'>> {
  readonly path: string
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
  return folderOf(dataDirPaths(dataDir).run(number), id)
}

const ID = /^[\da-f]{8}-[\da-f-]{27}$/

/**
 * Returns the id of the run that a folder belongs to. Returns undefined where the folder does not exist, was made by
 * version 0.1.0, or where a script that works in its outputs has overwritten `../run`.
 */
export function ownerOfRunFolder(path: string): string | undefined {
  const owner = readPlainText(runPaths(path).owner)
  return owner !== undefined && ID.test(owner) ? owner : undefined
}

/** Creates a folder that belongs to a run. */
export function createRunFolder(path: string, runId: string): void {
  createOwned(path, (folder) => runPaths(folder).owner, runId)
}

/**
 * Creates a folder that identifies its owner from the first moment on. A folder that exists is given to this owner.
 * `ownerFileIn` returns the path of the file with the owner.
 */
function createOwned(path: string, ownerFileIn: (folder: string) => string, owner: string): void {
  if (readPlainText(ownerFileIn(path)) === owner) return
  const incomplete = `${path}${INCOMPLETE_SUFFIX}`

  rmSync(incomplete, { recursive: true, force: true })
  if (hasEntries(path)) {
    writeFileSync(incomplete, owner, { flag: 'wx' })
    rmSync(ownerFileIn(path), { recursive: true, force: true })
    renameSync(incomplete, ownerFileIn(path))
  } else {
    mkdirSync(incomplete, { recursive: true, mode: 0o700 })
    writeFileSync(ownerFileIn(incomplete), owner)
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

  const paths = dataDirPaths(dataDir)
  const path = folderOf(paths.attempt(name), id)
  const { outputs, checkpoints, spool } = runPaths(runFolder(dataDir, { id: runId, number: parsed.runNumber }))
  return { ...attemptPaths(path), path, outputs, checkpoints, spool, code: paths.workCopy(basename(path)) }
}

/** Creates the folder of an attempt that is to be launched, with its tag in it, and returns its paths. */
export function createAttemptDir(dataDir: string, attempt: AttemptRef, tag: string): AttemptDir {
  const plain = dataDirPaths(dataDir).attempt(attempt.name)
  const path = placeFor(plain, attempt.id, attemptIdOf(readTag(attemptPaths(plain))))
  createOwned(path, (folder) => attemptPaths(folder).tag, tag)

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
export function readClaim({ claim }: Pick<AttemptDir, 'claim'>): Identity | null | undefined {
  const text = readPlainText(claim)
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
export function readExit({ exit }: Pick<AttemptDir, 'exit'>): ExitRecord | undefined {
  const [code, how, oomKills] = readPlainText(exit)?.trim().split(' ') ?? []
  if (code === undefined || !/^\d{1,3}$/.test(code)) return undefined
  return {
    exitCode: Number(code),
    isKilled: how === 'killed' ? true : how === 'exited' ? false : undefined,
    oomKills: oomKills === undefined ? undefined : Number(oomKills),
    endedAt: Math.round(statSync(exit).mtimeMs),
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
export function readTag({ tag }: Pick<AttemptDir, 'tag'>): string {
  return readPlainText(tag) ?? ''
}

/** Whether a folder belongs to an attempt, in this data directory or in the one that it was copied from. */
export function ownsFolder({ id }: Pick<AttemptRef, 'id'>, dir: Pick<AttemptDir, 'tag'>): boolean {
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
