import { basename } from 'node:path'

import { attemptPaths, dataDirPaths, runPaths } from '../core/data-dir.ts'
import type { AttemptPaths, RunPaths } from '../core/data-dir.ts'
import type { AttemptRef } from '../core/records/attempt.ts'
import { parseAttemptName } from '../core/run/attempt-name.ts'
import { createOwned, folderOf, placeFor } from './owned-folder.ts'
import { readPlainText } from './plain-file.ts'
import { runFolder } from './run-dir.ts'

/** Paths of the files of an attempt and of the folders of its run. All names are made by the server, none by users. */
export interface AttemptDir
  extends Readonly<AttemptPaths>, Readonly<Pick<RunPaths, 'outputs' | 'checkpoints' | 'spool'>> {
  readonly path: string
  /**
   * Path of the attempt's own copy of the code, if the run has a snapshot. It is not below `path`, because a script may
   * write to `../log`.
   */
  readonly code: string
}

/**
 * Name of a folder in `attempts`: the name of the attempt. `.ID` follows if an attempt of another database had the
 * plain name first.
 */
const FOLDER = /^([^.]+)(?:\.[\w-]+)?$/

/**
 * Whether a name in the folder `attempts` is that of the folder of an attempt. Users and their programs may put other
 * files there.
 */
export function isAttemptFolder(name: string): boolean {
  const [, attempt] = FOLDER.exec(name) ?? []
  return attempt !== undefined && parseAttemptName(attempt) !== undefined
}

/**
 * Returns the paths of an attempt, whether or not they exist. The folder may belong to an attempt of another database
 * with the same name; `ownsFolder` checks this.
 */
export function attemptDir(dataDir: string, { id, runId, name }: AttemptRef): AttemptDir {
  const parsed = parseAttemptName(name)
  if (!parsed) throw new Error(`not a name of an attempt: ${name}`)

  const paths = dataDirPaths(dataDir)
  const path = folderOf(paths.attempt(name), id)
  const { outputs, checkpoints, spool } = runPaths(runFolder(dataDir, { id: runId, number: parsed.runNumber }))
  return { ...attemptPaths(path), path, outputs, checkpoints, spool, code: paths.workCopy(basename(path)) }
}

/** Creates the folder of an attempt before its launch, writes the tag into it, and returns its paths. */
export function createAttemptDir(dataDir: string, attempt: AttemptRef, tag: string): AttemptDir {
  const plain = dataDirPaths(dataDir).attempt(attempt.name)
  const path = placeFor(plain, attempt.id, attemptIdOf(readTag(attemptPaths(plain))))
  createOwned(path, (folder) => attemptPaths(folder).tag, tag)

  return attemptDir(dataDir, attempt)
}

/**
 * Returns the tag of an attempt, which identifies its processes and its folder. The tag consists of the id of the
 * attempt and the identity of the data directory. The server of a copied data directory therefore does not touch the
 * processes of the original.
 */
export function processTagOf(directoryId: string, { id }: Pick<AttemptRef, 'id'>): string {
  return `${id}@${directoryId}`
}

/**
 * Returns the tag in the folder of an attempt; an empty string if there is none. A tag of version 0.1.0 is the id
 * alone.
 */
export function readTag({ tag }: Pick<AttemptDir, 'tag'>): string {
  return readPlainText(tag) ?? ''
}

/** Whether a folder belongs to an attempt, also if the whole data directory was copied since. */
export function ownsFolder({ id }: Pick<AttemptRef, 'id'>, dir: Pick<AttemptDir, 'tag'>): boolean {
  return attemptIdOf(readTag(dir)) === id
}

/**
 * Whether a tag was written in this data directory. For a tag of version 0.1.0, which is an id alone, this is assumed.
 */
export function isTagOfDirectory(directoryId: string, tag: string): boolean {
  const id = attemptIdOf(tag)
  return tag !== '' && (tag === id || tag === processTagOf(directoryId, { id }))
}

/** Returns the id of the attempt that a tag belongs to. */
export function attemptIdOf(tag: string): string {
  return tag.split('@', 1)[0]!
}
