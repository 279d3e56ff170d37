import { createHash } from 'node:crypto'
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { once } from 'node:events'

import type { ServerConfig } from './config/config.ts'
import { createDataDir } from './config/config.ts'
import { beginRestoring, endRestoring, isRestoring } from './config/state-files.ts'
import { copyFolder } from './executors/local/copy-folder.ts'
import { removeTree } from './executors/local/files.ts'
import { readLogCut } from './executors/local/log-limit.ts'
import { starFile } from './executors/local/masking.ts'
import { createReferences, readGiven } from './executors/local/references.ts'
import { openPostgres, openSqlite } from './store/database.ts'
import type { Database } from './store/database.ts'
import { dumpTables, fillTables, isEmpty } from './store/dump.ts'
import { migrate, schemaVersion } from './store/migrate.ts'
import { holdDirectory } from './store/lock.ts'

/** What a backup says of itself in `backup.json`. */
export interface BackupNote {
  readonly form: 1
  readonly schema: number
  readonly createdAt: string
  /** Rows and SHA-256 of `tables/NAME.jsonl`. */
  readonly tables: Readonly<Record<string, { rows: number; sha256: string }>>
  readonly folders: readonly string[]
  /** Files and folders that could not be read and are not in it. */
  readonly unreadable?: readonly string[]
}

/** The backup cannot be made or used; `code` says why. */
export class BackupError extends Error {
  readonly code: 'folder_not_empty' | 'not_a_backup' | 'damaged' | 'target_not_empty' | 'target_in_use'
  readonly detail: string
  constructor(code: BackupError['code'], detail: string) {
    super(`${code}: ${detail}`)
    this.code = code
    this.detail = detail
  }
}

/** Files that a backup holds beside the tables. Secrets and tokens are not among them: they stay where they are. */
const FOLDERS = ['runs', 'attempts', 'blobs']
const UNREADABLE: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'ENAMETOOLONG'])

/**
 * Writes everything into a new folder: each table as lines of JSON as of one moment, then the files. A server may go on
 * meanwhile; what it writes after that moment is not in the backup. Throws BackupError.
 */
export async function backUp(
  config: ServerConfig,
  folder: string,
  { hasFiles, now }: { hasFiles: boolean; now: Date },
): Promise<BackupNote> {
  if (existsSync(folder) && readdirSync(folder).length > 0) throw new BackupError('folder_not_empty', folder)
  mkdirSync(join(folder, 'tables'), { recursive: true, mode: 0o700 })
  await using database = openDatabase(config)
  await migrate(database)
  const tables: Record<string, { rows: number; sha256: string }> = {}
  await dumpTables(database, async (name, rows) => {
    tables[name] = await writeLines(join(folder, 'tables', `${name}.jsonl`), rows)
  })
  const folders = hasFiles ? FOLDERS.filter((name) => existsSync(join(config.dataDir, name))) : []
  const unreadable: string[] = []
  for (const name of folders) {
    const isKept = (path: Buffer): boolean => name !== 'attempts' || !isOfProcesses(path)
    const onFault = (path: string, fault: NodeJS.ErrnoException): void => {
      // A backup that cannot be written is none; what cannot be read leaves the rest as it is.
      if (!UNREADABLE.has(fault.code ?? '')) throw fault
      unreadable.push(`${name}/${path}`)
    }
    mkdirSync(join(folder, 'files'), { recursive: true, mode: 0o700 })
    await copyFolder(join(config.dataDir, name), join(folder, 'files', name), { isKept, onFault })
  }
  await starLogs(config.dataDir, join(folder, 'files', 'attempts'))
  const note: BackupNote = {
    form: 1,
    schema: schemaVersion(),
    createdAt: now.toISOString(),
    tables,
    folders,
    ...(unreadable.length > 0 && { unreadable }),
  }
  // Last: a folder without it is no backup.
  writeFileSync(join(folder, 'backup.json'), `${JSON.stringify(note, null, 2)}\n`)
  return note
}

/** Logs of what still ran may hold secrets that are taken out at its end. */
async function starLogs(dataDir: string, attempts: string): Promise<void> {
  const references = createReferences(dataDir)
  for (const name of existsSync(attempts) ? readdirSync(attempts) : []) {
    const given = readGiven(join(dataDir, 'attempts', name, 'secrets.json'))
    await starFile(
      join(attempts, name, 'log'),
      references.secrets(given),
      readLogCut({ logCut: join(attempts, name, 'log.cut') }),
    )
  }
}

/**
 * Claims name processes of this machine, and secrets stay where they are. Version 0.1.0 kept working copies here. `path` is relative to the folder of attempts:
 * what a run calls so in its outputs is kept.
 */
function isOfProcesses(path: Buffer): boolean {
  return /^[^/]+\/(code(\.half)?|claim|secrets\.json)$/.test(path.toString('latin1'))
}

/**
 * Fills an empty data directory or database from a backup. What ran when the backup was made has ended, and nothing starts
 * before a person says so: sweeps and queued runs are paused. Throws BackupError.
 */
export async function restore(config: ServerConfig, folder: string): Promise<BackupNote> {
  const note = readNote(folder)
  for (const [name, { sha256 }] of Object.entries(note.tables)) {
    const file = join(folder, 'tables', `${name}.jsonl`)
    if (!existsSync(file) || (await hashOf(file)) !== sha256) throw new BackupError('damaged', file)
  }
  createDataDir(config.dataDir)
  using held = holdDirectory(join(config.dataDir, 'lock.db'))
  if (!held) throw new BackupError('target_in_use', config.dataDir)
  await using database = openDatabase(config)
  if (note.schema > schemaVersion()) throw new BackupError('damaged', `${folder}: schema ${note.schema}`)
  await migrate(database)
  await refuseUsed(config.dataDir, database)
  beginRestoring(config.dataDir, folder)
  for (const name of note.folders) {
    await removeTree(join(config.dataDir, name))
    await copyFolder(join(folder, 'files', name), join(config.dataDir, name))
  }
  const rowsOf = (name: string) =>
    Object.hasOwn(note.tables, name) ? readLines(join(folder, 'tables', `${name}.jsonl`)) : undefined
  // Last, and all at once: a restore that was cut before has left no run, and can be made again.
  await fillTables(database, rowsOf, Date.parse(note.createdAt))
  endRestoring(config.dataDir)
  return note
}

/** Throws BackupError for a target that holds runs. Files without rows are those of a restore that was cut short. */
async function refuseUsed(dataDir: string, database: Database): Promise<void> {
  const hasRows = !(await isEmpty(database))
  const hasFiles = ['runs', 'attempts'].some(
    (name) => existsSync(join(dataDir, name)) && readdirSync(join(dataDir, name)).length > 0,
  )
  if (hasRows || (hasFiles && !isRestoring(dataDir))) throw new BackupError('target_not_empty', dataDir)
}

function openDatabase(config: ServerConfig) {
  createDataDir(config.dataDir)
  return config.database === null ? openSqlite(join(config.dataDir, 'hagane.db')) : openPostgres(config.database)
}

function readNote(folder: string): BackupNote {
  try {
    const note = JSON.parse(readFileSync(join(folder, 'backup.json'), 'utf8')) as BackupNote
    if (note.form === 1) return note
  } catch {
    // Said below.
  }
  throw new BackupError('not_a_backup', folder)
}

async function writeLines(file: string, rows: AsyncIterable<unknown>): Promise<{ rows: number; sha256: string }> {
  const out = createWriteStream(file, { mode: 0o600 })
  const hash = createHash('sha256')
  let count = 0
  for await (const row of rows) {
    const line = `${JSON.stringify(row)}\n`
    hash.update(line)
    count += 1
    if (!out.write(line)) await once(out, 'drain')
  }
  out.end()
  await once(out, 'close')
  return { rows: count, sha256: hash.digest('hex') }
}

async function* readLines(file: string): AsyncGenerator<Record<string, unknown>> {
  let rest = ''
  // A line ends with \n alone: texts hold other separators of lines, which JSON leaves as they are.
  for await (const chunk of createReadStream(file, 'utf8')) {
    const lines = (rest + (chunk as string)).split('\n')
    rest = lines.pop()!
    for (const line of lines) yield JSON.parse(line) as Record<string, unknown>
  }
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}
