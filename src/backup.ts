import { createHash } from 'node:crypto'
import { once } from 'node:events'
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

import { createDataDir } from './config/config.ts'
import type { ServerConfig } from './config/config.ts'
import { noteRestoring, removeRestoringNote, isRestoring } from './config/state-files.ts'
import { attemptPaths, dataDirPaths } from './core/data-dir.ts'
import { copyFolder } from './disk/copy-folder.ts'
import { createReferences, readReceivedSecrets } from './disk/references.ts'
import { removeTree } from './disk/removal.ts'
import { readLogCut } from './logs/log-limit.ts'
import { maskFile } from './logs/masking.ts'
import { openPostgres, openSqlite } from './store/database.ts'
import type { Database } from './store/database.ts'
import { dumpTables, fillTables, isEmpty } from './store/dump.ts'
import { lockDirectory } from './store/lock.ts'
import { migrate, schemaVersion } from './store/migrate.ts'

/** The content of `backup.json`, which describes a backup. */
export interface BackupNote {
  readonly form: 1
  readonly schema: number
  readonly createdAt: string
  /** Number of rows and SHA-256 of `tables/NAME.jsonl`, by table name. */
  readonly tables: Readonly<Record<string, { rows: number; sha256: string }>>
  /** Folders of the data directory that the backup contains; empty for a backup without files. */
  readonly folders: readonly string[]
  /** Files and folders that could not be read and are missing from the backup. */
  readonly unreadable?: readonly string[]
}

/** Thrown if a backup cannot be made or restored, for the reason in `code`. `detail` names the file or folder. */
export class BackupError extends Error {
  readonly code: 'folder_not_empty' | 'not_a_backup' | 'damaged' | 'target_not_empty' | 'target_in_use'
  readonly detail: string
  constructor(code: BackupError['code'], detail: string) {
    super(`${code}: ${detail}`)
    this.code = code
    this.detail = detail
  }
}

/**
 * Folders of the data directory that a backup with files contains. Tokens and the stored secrets are in none of them.
 */
const FOLDERS = ['runs', 'attempts', 'blobs'] as const
const UNREADABLE: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'ENAMETOOLONG'])

/**
 * Writes a backup into an empty or new folder: each table as lines of JSON, then the files if `hasFiles`. All tables
 * are read in one transaction, so rows that a running server writes later are not in the backup. Throws BackupError if
 * the folder is not empty.
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

  const [source, target] = [dataDirPaths(config.dataDir), dataDirPaths(join(folder, 'files'))]
  const folders = hasFiles ? FOLDERS.filter((name) => existsSync(source[name])) : []
  const unreadable: string[] = []

  for (const name of folders) {
    const isKept = (path: Buffer): boolean => name !== 'attempts' || !isLocalOnly(path)
    const onFault = (path: string, fault: NodeJS.ErrnoException): void => {
      // Only a file that cannot be read is left out. Any other fault, such as one in writing, ends the backup.
      if (!UNREADABLE.has(fault.code ?? '')) throw fault
      unreadable.push(`${name}/${path}`)
    }
    mkdirSync(join(folder, 'files'), { recursive: true, mode: 0o700 })
    await copyFolder(source[name], target[name], { isKept, onFault })
  }
  await maskLogs(config.dataDir, target.attempts)

  const note: BackupNote = {
    form: 1,
    schema: schemaVersion(),
    createdAt: now.toISOString(),
    tables,
    folders,
    ...(unreadable.length > 0 && { unreadable }),
  }

  // Written last: a folder without this file is no backup.
  writeFileSync(join(folder, 'backup.json'), `${JSON.stringify(note, null, 2)}\n`)
  return note
}

/**
 * Replaces secrets by stars in the copied logs. A log is masked in the original only after its run has ended, so the
 * copy of the log of a running attempt may contain secrets.
 */
async function maskLogs(dataDir: string, attempts: string): Promise<void> {
  const references = createReferences(dataDir)
  for (const name of existsSync(attempts) ? readdirSync(attempts) : []) {
    const original = attemptPaths(dataDirPaths(dataDir).attempt(name))
    const copy = attemptPaths(join(attempts, name))
    await maskFile(copy.log, references.secrets(readReceivedSecrets(original.secrets)), readLogCut(copy))
  }
}

/**
 * Whether a file is useful on this machine only: the claim of a running process, the received secrets, or a working
 * copy of version 0.1.0. `path` is relative to the folder `attempts`. Files of the same names deeper in the tree are
 * not meant.
 */
function isLocalOnly(path: Buffer): boolean {
  const text = path.toString('latin1')
  const { claim, secrets, formerCode } = attemptPaths(text.split('/', 1)[0]!)
  return [claim, secrets, formerCode, `${formerCode}.half`].includes(text)
}

/**
 * Restores a backup into a data directory and database without runs. Runs that were active at the time of the backup
 * become failed; queued runs and running sweeps are paused until a person resumes them. Throws BackupError.
 */
export async function restore(config: ServerConfig, folder: string): Promise<BackupNote> {
  const note = readNote(folder)

  for (const [name, { sha256 }] of Object.entries(note.tables)) {
    const file = join(folder, 'tables', `${name}.jsonl`)
    if (!existsSync(file) || (await hashOf(file)) !== sha256) throw new BackupError('damaged', file)
  }

  createDataDir(config.dataDir)
  using held = lockDirectory(dataDirPaths(config.dataDir).lock)
  if (!held) throw new BackupError('target_in_use', config.dataDir)

  await using database = openDatabase(config)
  if (note.schema > schemaVersion()) throw new BackupError('damaged', `${folder}: schema ${note.schema}`)
  await migrate(database)
  await refuseUsedTarget(config.dataDir, database)

  noteRestoring(config.dataDir, folder)
  const [source, target] = [dataDirPaths(join(folder, 'files')), dataDirPaths(config.dataDir)]
  for (const name of FOLDERS.filter((one) => note.folders.includes(one))) {
    await removeTree(target[name])
    await copyFolder(source[name], target[name])
  }

  const rowsOf = (name: string) =>
    Object.hasOwn(note.tables, name) ? readLines(join(folder, 'tables', `${name}.jsonl`)) : undefined
  // All rows are inserted last, in one transaction: an interrupted restore leaves no run, so the restore can be
  // repeated.
  await fillTables(database, rowsOf, Date.parse(note.createdAt))

  removeRestoringNote(config.dataDir)
  return note
}

/**
 * Throws BackupError if the database contains runs or sweeps, or if there are files of runs. Files without rows are
 * accepted if an interrupted restore left them.
 */
async function refuseUsedTarget(dataDir: string, database: Database): Promise<void> {
  const hasRows = !(await isEmpty(database))
  const { runs, attempts } = dataDirPaths(dataDir)
  const hasFiles = [runs, attempts].some((folder) => existsSync(folder) && readdirSync(folder).length > 0)
  if (hasRows || (hasFiles && !isRestoring(dataDir))) throw new BackupError('target_not_empty', dataDir)
}

function openDatabase(config: ServerConfig) {
  createDataDir(config.dataDir)
  return config.database === null ? openSqlite(dataDirPaths(config.dataDir).sqlite) : openPostgres(config.database)
}

function readNote(folder: string): BackupNote {
  try {
    const note = JSON.parse(readFileSync(join(folder, 'backup.json'), 'utf8')) as BackupNote
    if (note.form === 1) return note
  } catch {
    // Thrown below, as for a note of another form.
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
  // Only \n ends a line. `readline` would also split at U+2028 and U+2029, which JSON does not escape.
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
