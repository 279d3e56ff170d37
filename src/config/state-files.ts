import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'

import { dataDirPaths } from '../core/data-dir.ts'

/** Process, address and version of the last server of a data directory. */
export interface ServerState {
  readonly pid: number
  readonly url: string
  readonly version: string
  /** Identity of the data directory (`directoryId`); absent in files of version 0.1.0. */
  readonly directory?: string
}

/**
 * Returns the identity of a data directory: its device and inode. A copy or a restored backup has another identity; a
 * directory that was moved within a file system keeps its own.
 */
export function directoryId(dataDir: string): string {
  const { dev, ino } = statSync(dataDir)
  return `${dev}:${ino}`
}

/**
 * Returns the state of the last server of a data directory, which may have ended. Returns undefined if there was none,
 * or if the file was copied from another data directory.
 */
export function readServerState(dataDir: string): ServerState | undefined {
  try {
    const state = JSON.parse(readFileSync(dataDirPaths(dataDir).serverState, 'utf8')) as ServerState
    return state.directory === undefined || state.directory === directoryId(dataDir) ? state : undefined
  } catch {
    return undefined
  }
}

/** Stores address and process of the server of a data directory. */
export function writeServerState(dataDir: string, state: Omit<ServerState, 'directory'>): void {
  replaceFile(dataDirPaths(dataDir).serverState, JSON.stringify({ ...state, directory: directoryId(dataDir) }))
}

/** Whether a restore into the data directory has begun and is not complete. */
export function isRestoring(dataDir: string): boolean {
  return existsSync(dataDirPaths(dataDir).restoring)
}

/** Records that a restore of the folder `backup` into the data directory has begun. */
export function noteRestoring(dataDir: string, backup: string): void {
  replaceFile(dataDirPaths(dataDir).restoring, backup)
}

/** Removes the record of `noteRestoring`: the restore is complete. */
export function removeRestoringNote(dataDir: string): void {
  rmSync(dataDirPaths(dataDir).restoring, { force: true })
}

/**
 * Stores the URL of the database of a data directory in a file that only its owner can read. Null: the SQLite file in
 * the data directory.
 */
export function writeDatabase(dataDir: string, url: string | null): void {
  if (readDatabase(dataDir) === (url ?? undefined)) return
  const { databaseUrl } = dataDirPaths(dataDir)
  if (url === null) rmSync(databaseUrl, { force: true })
  else replaceFile(databaseUrl, url)
}

/** Returns the stored URL of the database of a data directory; undefined for the SQLite file in it. */
export function readDatabase(dataDir: string): string | undefined {
  return readOrNone(dataDirPaths(dataDir).databaseUrl)?.trim() || undefined
}

/** Returns the token of the person that the data directory belongs to; undefined before the first start of a server. */
export function readToken(dataDir: string): string | undefined {
  return readOrNone(dataDirPaths(dataDir).token)?.trim()
}

/**
 * Returns the secret in the file `path`. If the file is missing, first creates it with `prefix` and random digits,
 * readable by its owner only.
 */
export function ensureSecret(path: string, prefix = ''): string {
  const existing = readOrNone(path)?.trim()
  if (existing) return existing
  const secret = prefix + randomBytes(32).toString('hex')
  replaceFile(path, secret)
  return secret
}

/** Replaces a file by rename, so that a reader sees the old or the new text. Only the owner can read the file. */
function replaceFile(path: string, text: string): void {
  const next = `${path}.${process.pid}.tmp`
  rmSync(next, { force: true })
  writeFileSync(next, `${text}\n`, { mode: 0o600 })
  renameSync(next, path)
}

function readOrNone(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
