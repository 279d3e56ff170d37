import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'

import { dataDirPaths } from '../core/data-dir.ts'

/** Address and process of the server of a data directory. */
export interface ServerState {
  readonly pid: number
  readonly url: string
  readonly version: string
  /** Identity of the data directory; absent in files of version 0.1.0. */
  readonly directory?: string
}

/**
 * Returns the identity of a data directory. A copy or a restored backup has another identity; a moved directory keeps
 * its own.
 */
export function directoryId(dataDir: string): string {
  const { dev, ino } = statSync(dataDir)
  return `${dev}:${ino}`
}

/**
 * Returns the state of the last server, running or not; undefined where there was none. A file that was copied along
 * with the directory does not count.
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

/** Whether a restore into the directory has begun and is not complete. */
export function isRestoring(dataDir: string): boolean {
  return existsSync(dataDirPaths(dataDir).restoring)
}

/** Records that a backup is being restored into the directory. */
export function noteRestoring(dataDir: string, backup: string): void {
  replaceFile(dataDirPaths(dataDir).restoring, backup)
}

/** Removes the note of `noteRestoring`. */
export function removeRestoringNote(dataDir: string): void {
  rmSync(dataDirPaths(dataDir).restoring, { force: true })
}

/** Stores which database belongs to a data directory; null: the SQLite file in it. Only its owner can read the URL. */
export function writeDatabase(dataDir: string, url: string | null): void {
  if (readDatabase(dataDir) === (url ?? undefined)) return
  const { databaseUrl } = dataDirPaths(dataDir)
  if (url === null) rmSync(databaseUrl, { force: true })
  else replaceFile(databaseUrl, url)
}

/** Returns the URL of a data directory's database; undefined for the SQLite file in it. */
export function readDatabase(dataDir: string): string | undefined {
  return readOrNone(dataDirPaths(dataDir).databaseUrl)?.trim() || undefined
}

/** Returns the person's token; undefined before the first start of a server. */
export function readToken(dataDir: string): string | undefined {
  return readOrNone(dataDirPaths(dataDir).token)?.trim()
}

/** Returns the secret in a file. The file is made on first use, and only its owner can read it. */
export function ensureSecret(path: string, prefix = ''): string {
  const existing = readOrNone(path)?.trim()
  if (existing) return existing
  const secret = prefix + randomBytes(32).toString('hex')
  replaceFile(path, secret)
  return secret
}

/** Replaces a file in one step; only its owner can read it. */
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
