import { dataDirPaths, runPaths } from '../core/data-dir.ts'
import type { RunRef } from '../core/records/run.ts'
import { createOwned, folderOf } from './owned-folder.ts'
import { readPlainText } from './plain-file.ts'

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
