import { resolve } from 'node:path'

import type { BackupNote } from '../../backup.ts'
import { readServerConfig } from '../../config/config.ts'
import type { ServerFlags } from '../../config/config.ts'
import { EXIT } from '../../contract/errors.ts'
import { CliExit } from '../context.ts'
import type { Cli } from '../context.ts'

interface Flags extends ServerFlags {
  readonly files?: boolean
  readonly json?: boolean
}

/**
 * `hagane backup FOLDER`: writes a backup of the database and, unless `--no-files`, of outputs, logs and code into a
 * new folder. Works with or without a running server.
 */
export async function backup(cli: Cli, folder: string, flags: Flags): Promise<void> {
  const { backUp } = await import('../../backup.ts')
  const note = await explainFailure(cli, () =>
    backUp(readServerConfig(flags), resolve(folder), { hasFiles: flags.files !== false, now: new Date() }),
  )
  printNote(cli, flags, note, cli.formatMessage('backed_up', { folder, rows: countRows(note) }))
  if (note.unreadable) cli.printStatus(cli.formatMessage('backup_unreadable', { paths: note.unreadable.join(', ') }))
}

/** `hagane restore FOLDER`: restores a backup into a data directory and database without runs. */
export async function restore(cli: Cli, folder: string, flags: Flags): Promise<void> {
  const backups = await import('../../backup.ts')
  const config = readServerConfig(flags)
  const note = await explainFailure(cli, () => backups.restore(config, resolve(folder)))
  printNote(
    cli,
    flags,
    note,
    cli.formatMessage('backup_restored', { data: config.dataDir, rows: countRows(note), at: note.createdAt }),
  )
}

const SENTENCES = {
  folder_not_empty: 'backup_folder_not_empty',
  not_a_backup: 'backup_not_a_backup',
  damaged: 'backup_damaged',
  target_not_empty: 'backup_target_not_empty',
  target_in_use: 'backup_target_in_use',
} as const

/** Runs `work` and converts a BackupError to a CliExit with a message in the configured language. */
async function explainFailure(cli: Cli, work: () => Promise<BackupNote>): Promise<BackupNote> {
  const { BackupError } = await import('../../backup.ts')
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof BackupError)) throw error
    throw new CliExit(EXIT.failed, cli.formatMessage(SENTENCES[error.code], { detail: error.detail }))
  }
}

function countRows(note: BackupNote): number {
  return Object.values(note.tables).reduce((sum, table) => sum + table.rows, 0)
}

function printNote(cli: Cli, flags: Flags, note: BackupNote, sentence: string): void {
  if (flags.json) cli.print(JSON.stringify(note))
  else cli.printStatus(sentence)
}
