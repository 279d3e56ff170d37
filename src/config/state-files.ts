import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Where the server of a data directory answers, and which process it is. */
export interface ServerState {
  readonly pid: number
  readonly url: string
  readonly version: string
  /** Identity of the data directory; absent in what version 0.1.0 wrote. */
  readonly directory?: string
}

/** The identity of a data directory: a copy of it, or a restored backup, has another one; one that is moved keeps it. */
export function directoryId(dataDir: string): string {
  const { dev, ino } = statSync(dataDir)
  return `${dev}:${ino}`
}

const stateFile = (dataDir: string): string => join(dataDir, 'server.json')
const databaseFile = (dataDir: string): string => join(dataDir, 'database')
export const tokenFile = (dataDir: string): string => join(dataDir, 'token')

/** The state of the last server, running or not; undefined when there was none. One copied along with the directory is another's. */
export function readServerState(dataDir: string): ServerState | undefined {
  try {
    const state = JSON.parse(readFileSync(stateFile(dataDir), 'utf8')) as ServerState
    return state.directory === undefined || state.directory === directoryId(dataDir) ? state : undefined
  } catch {
    return undefined
  }
}

export function writeServerState(dataDir: string, state: Omit<ServerState, 'directory'>): void {
  replaceFile(stateFile(dataDir), JSON.stringify({ ...state, directory: directoryId(dataDir) }))
}

const restoringFile = (dataDir: string): string => join(dataDir, 'restoring')

/** Whether a restore into the directory has begun and not ended. */
export function isRestoring(dataDir: string): boolean {
  return existsSync(restoringFile(dataDir))
}

/** Notes that a backup is being restored into the directory. */
export function beginRestoring(dataDir: string, backup: string): void {
  replaceFile(restoringFile(dataDir), backup)
}

export function endRestoring(dataDir: string): void {
  rmSync(restoringFile(dataDir), { force: true })
}

/** Remembers which database belongs to a data directory; null: the SQLite file in it. Only its owner can read the URL. */
export function writeDatabase(dataDir: string, url: string | null): void {
  if (readDatabase(dataDir) === (url ?? undefined)) return
  if (url === null) rmSync(databaseFile(dataDir), { force: true })
  else replaceFile(databaseFile(dataDir), url)
}

/** The database of a data directory; undefined for the SQLite file in it. */
export function readDatabase(dataDir: string): string | undefined {
  return readOrNone(databaseFile(dataDir))?.trim() || undefined
}

/** The person's token; undefined before the first server. */
export function readToken(dataDir: string): string | undefined {
  return readOrNone(tokenFile(dataDir))?.trim()
}

/** A secret file that only its owner can read, made at its first use. */
export function ensureSecret(path: string, prefix = ''): string {
  const known = readOrNone(path)?.trim()
  if (known) return known
  const secret = prefix + randomBytes(32).toString('hex')
  replaceFile(path, secret)
  return secret
}

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
