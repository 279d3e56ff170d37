import { dataDirPaths, runPaths } from '../core/data-dir.ts'
import type { RunRef } from '../core/records/run.ts'
import { createOwned, folderOf } from './owned-folder.ts'
import { readPlainText } from './plain-file.ts'

/**
 * Returns the path of the folder of a run, with its outputs, checkpoints and spool. For a run that resumes another run,
 * a link to the folder of that run is at this path.
 */
export function runFolder(dataDir: string, { id, number }: RunRef): string {
  return folderOf(dataDirPaths(dataDir).run(number), id)
}

const ID = /^[\da-f]{8}-[\da-f-]{27}$/

/**
 * Returns the id of the run that a folder belongs to. Returns undefined if the folder does not exist, was created by
 * version 0.1.0, or if a script has overwritten the file with the id.
 */
export function ownerOfRunFolder(path: string): string | undefined {
  const owner = readPlainText(runPaths(path).owner)
  return owner !== undefined && ID.test(owner) ? owner : undefined
}

/** Creates a folder with a file that contains the id of its run. */
export function createRunFolder(path: string, runId: string): void {
  createOwned(path, (folder) => runPaths(folder).owner, runId)
}
