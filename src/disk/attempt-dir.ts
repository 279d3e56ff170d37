import { basename } from 'node:path'

import { attemptPaths, dataDirPaths, runPaths } from '../core/data-dir.ts'
import type { AttemptPaths, RunPaths } from '../core/data-dir.ts'
import type { AttemptRef } from '../core/records/attempt.ts'
import { parseAttemptName } from '../core/run/attempt-name.ts'
import { createOwned, folderOf, placeFor } from './owned-folder.ts'
import { readPlainText } from './plain-file.ts'
import { runFolder } from './run-dir.ts'

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
