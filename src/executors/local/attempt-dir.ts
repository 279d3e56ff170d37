import { existsSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'

import { AppError } from '../../contract/errors.ts'
import { phrase } from '../../contract/fields.ts'
import type { RunRef } from '../../core/ports.ts'
import type { AttemptRef } from '../../core/records.ts'
import { readPlainText } from './plain-file.ts'
import type { Identity } from './process-table.ts'

/** The files of attempts and runs under the data directory. Names come from the server, never from a user's text. */
export interface AttemptDir {
  readonly path: string
  readonly log: string
  /** Sparse index of the log: a line `time offset` now and then. */
  readonly logIndex: string
  /** `from to`: bytes that were cut out of the log. */
  readonly logCut: string
  /** Secret values that its processes were given, as JSON; removed once they are starred out of its log. */
  readonly secrets: string
  /** Shared by all attempts of the run. */
  readonly outputs: string
  readonly checkpoints: string
  readonly spool: string
  /** The parameters it is given, as JSON. */
  readonly params: string
  /** A command that is too long for an argument. */
  readonly command: string
  /** The attempt's own copy of its code, if it has one. It lies apart: a script may well write to `../log`. */
  readonly code: string
}

const NAME = /^hagane-(\d+)-\d+$/
const FOLDER = /^hagane-\d+-\d+(\.[\w-]+)?$/

/** Whether a name in the folder of attempts is one of ours: people and their programs leave other files there. */
export function isAttemptFolder(name: string): boolean {
  return FOLDER.test(name)
}

/**
 * Folder of an owner. Numbers begin again with each database, so a folder with the plain name may have another owner: then
 * this owner's has its id behind the name.
 */
function folderOf(path: string, id: string): string {
  const ownPath = `${path}.${id}`
  return existsSync(ownPath) ? ownPath : path
}

/** Folder of a run: its outputs, checkpoints and spool; a link for one that writes to another's. */
export function runFolder(dataDir: string, { id, number }: RunRef): string {
  return folderOf(join(dataDir, 'runs', String(number)), id)
}

const OWNER = { run: 'run', attempt: 'mark' } as const

const ID = /^[\da-f]{8}-[\da-f-]{27}$/

/**
 * Id of the run that a folder of a run belongs to; undefined without a folder, for one that version 0.1.0 made, and where a
 * script that works in its outputs has written something else to `../run`.
 */
export function ownerOfRunFolder(path: string): string | undefined {
  const owner = readPlainText(join(path, OWNER.run))
  return owner !== undefined && ID.test(owner) ? owner : undefined
}

/** Makes a folder that belongs to a run. */
export function createRunFolder(path: string, runId: string): void {
  createOwned(path, OWNER.run, runId)
}

/** Makes a folder that names its owner from its first moment on; one that is there gets the name of this owner. */
function createOwned(path: string, mark: string, owner: string): void {
  if (readPlainText(join(path, mark)) === owner) return
  const half = `${path}${HALF}`
  rmSync(half, { recursive: true, force: true })
  if (hasEntries(path)) {
    writeFileSync(half, owner, { flag: 'wx' })
    rmSync(join(path, mark), { recursive: true, force: true })
    renameSync(half, join(path, mark))
  } else {
    mkdirSync(half, { recursive: true, mode: 0o700 })
    writeFileSync(join(half, mark), owner)
    renameSync(half, path)
  }
}

const HALF = '.half'
const GONE = '.gone'

/** Where a folder lies while it is removed. */
export function goneOf(path: string): string {
  return `${path}${GONE}`
}

/** Where the rests of an owner's folder with this plain name lie whose making or removal was cut short. */
export function restsOf(path: string, id: string): string[] {
  return [path, `${path}.${id}`].flatMap((place) => [`${place}${HALF}`, goneOf(place)])
}

/** Where an owner's folder with this plain name is, or is to be. */
export function placeFor(path: string, id: string, owner: string | undefined): string {
  return owner === id || !hasEntries(path) ? path : `${path}.${id}`
}

function hasEntries(path: string): boolean {
  return existsSync(path) && readdirSync(path).length > 0
}

/** The files of an attempt. They may be another attempt's of its name: `ownsFolder` says whether they are. */
export function attemptDir(dataDir: string, { id, runId, name }: AttemptRef): AttemptDir {
  const match = NAME.exec(name)
  if (!match) throw new Error(`not a name of an attempt: ${name}`)
  const path = folderOf(join(dataDir, 'attempts', name), id)
  return filesIn(
    path,
    join(dataDir, 'work', basename(path)),
    runFolder(dataDir, { id: runId, number: Number(match[1]) }),
  )
}

function filesIn(path: string, workPath: string, runPath: string): AttemptDir {
  return {
    path,
    log: join(path, 'log'),
    logIndex: join(path, 'log.index'),
    logCut: join(path, 'log.cut'),
    secrets: join(path, 'secrets.json'),
    outputs: join(runPath, 'outputs'),
    checkpoints: join(runPath, 'checkpoints'),
    spool: join(runPath, 'spool'),
    params: join(path, 'params.json'),
    command: join(path, 'command.sh'),
    code: join(workPath, 'code'),
  }
}

/** The files of an attempt to be launched, in a folder of its own. */
export function createAttemptDir(dataDir: string, attempt: AttemptRef, mark: string): AttemptDir {
  const plain = join(dataDir, 'attempts', attempt.name)
  const path = placeFor(plain, attempt.id, idOf(readMarkIn(plain)))
  createOwned(path, OWNER.attempt, mark)
  const dir = attemptDir(dataDir, attempt)
  makeOutputs(dir.outputs)
  return dir
}

/** Throws AppError `conflict` where an earlier attempt left something in place of the folder. */
function makeOutputs(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
  } catch (error) {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() || !lstatSync(path, { throwIfNoEntry: false }))
      throw error
    throw new AppError('conflict', { detail: phrase('outputs_no_folder', { path }) }, { cause: error })
  }
}

/** Who claimed the attempt: undefined without a claim, null for one that is not written yet. */
export function readClaim(dir: Pick<AttemptDir, 'path'>): Identity | null | undefined {
  const text = readPlainText(join(dir.path, 'claim'))
  if (text === undefined) return undefined
  const [pid, startedAt, boot] = text.split('\n', 1)[0]!.trim().split(' ')
  return boot === undefined ? null : { pid: Number(pid), startedAt: startedAt!, boot }
}

/** How a command ended, and when that was written. */
export interface ExitRecord {
  readonly exitCode: number
  /** Whether a signal ended it; undefined where the shell could not say. */
  readonly isKilled: boolean | undefined
  readonly endedAt: number
}

/** The exit record. One without a status is none. */
export function readExit(dir: Pick<AttemptDir, 'path'>): ExitRecord | undefined {
  const path = join(dir.path, 'exit')
  const [code, how] = readPlainText(path)?.trim().split(' ') ?? []
  if (code === undefined || !/^\d{1,3}$/.test(code)) return undefined
  return {
    exitCode: Number(code),
    isKilled: how === undefined ? undefined : how === 'killed',
    endedAt: Math.round(statSync(path).mtimeMs),
  }
}

/** Variable with the mark that all processes of an attempt carry in their environment. */
export const MARK = 'HAGANE_ATTEMPT_ID'

/**
 * The mark of an attempt: its id and the identity of the data directory that it runs from. The server of a copy leaves the
 * processes of the original alone.
 */
export function markOf(place: string, { id }: Pick<AttemptRef, 'id'>): string {
  return `${id}@${place}`
}

/** The mark in the folder of an attempt, empty where there is none. Version 0.1.0 wrote the id alone. */
export function readMark(dir: Pick<AttemptDir, 'path'>): string {
  return readMarkIn(dir.path)
}

/** Whether a folder is the attempt's, in this data directory or in the one it was copied from. */
export function ownsFolder({ id }: Pick<AttemptRef, 'id'>, dir: Pick<AttemptDir, 'path'>): boolean {
  return idOf(readMark(dir)) === id
}

/** Whether the mark in a folder says that its processes run from this data directory. */
export function isFrom(place: string, mark: string): boolean {
  const id = idOf(mark)
  return mark !== '' && (mark === id || mark === markOf(place, { id }))
}

/** Id of the attempt in a mark. */
export function idOf(mark: string): string {
  return mark.split('@', 1)[0]!
}

function readMarkIn(path: string): string {
  return readPlainText(join(path, OWNER.attempt)) ?? ''
}
